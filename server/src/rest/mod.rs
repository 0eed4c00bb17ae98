//! The side of the server that speaks plain HTTP: the routes made from the contract,
//! the reference, health and metrics.

pub mod badges;
pub mod dashboard;
pub mod gate;
pub mod metrics;
pub mod owners;
pub mod pages;
mod plain;
pub mod sign_in;
pub mod slack;
