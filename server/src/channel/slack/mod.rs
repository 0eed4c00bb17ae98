//! Slack: an incoming webhook, or a bot.
//!
//! Text of jobs stands only where Slack reads no markup: in plain text and in rich text.
//! What must be markup, the text that telephones show, is escaped.

pub mod action;
pub mod blocks;
pub mod bot;
pub mod webhook;
