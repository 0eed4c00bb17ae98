//! Nightbell's server: watches scheduled jobs and tells the right person when
//! one fails, falls silent or dies.

pub mod app;
pub mod auth;
pub mod backup;
pub mod channel;
pub mod clock;
pub mod config;
pub mod error;
pub mod gate;
pub mod grpc;
pub mod ingest;
pub mod keys;
pub mod limits;
pub mod listen;
pub mod rest;
pub mod router;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod wire;
pub mod worker;
