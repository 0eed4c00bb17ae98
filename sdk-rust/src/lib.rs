//! Watches scheduled jobs: reports each run to [Nightbell], from start to death,
//! and cannot harm it.
//!
//! ```no_run
//! # async fn main_() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let nightbell = nightbell::Client::from_env_or_disabled();
//! let rows = nightbell
//!     .job("eod")
//!     .service("Billing")
//!     .cron("0 1 * * *")
//!     .run(|ctx| async move {
//!         for batch in 0..40 {
//!             if ctx.is_cancelled() {
//!                 return Err("asked to stop");
//!             }
//!             ctx.progress(batch + 1, 40);
//!         }
//!         ctx.metadata("files", 5);
//!         Ok(1000)
//!     })
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! # What it promises
//!
//! * The job's result, error, panic and exit code are its own. Nothing but
//!   [`Client::from_env`] can fail.
//! * Nothing that a job calls waits for the network. The end of a run waits until its
//!   report is safe, at most 1.5 seconds and a tenth for the disk, and not at all while
//!   the server is known to be away.
//! * Reports that could not be sent wait on disk, and any later program that uses
//!   Nightbell, in any language, sends them with their original times.
//! * Heartbeats come from a thread of their own: a job that blocks its runtime stays
//!   alive in Nightbell's eyes. When the process is killed, the server knows within
//!   15 seconds over gRPC, and over REST after three intervals of its heartbeats: 90
//!   seconds, unless told otherwise.
//!
//! What it cannot do: with `panic = "abort"`, after `std::process::exit`, and when a signal
//! ends the process (SIGKILL, and SIGTERM and Ctrl-C where the program does not handle
//! them), it is the server that notices the silence. The command `nightbell exec` sees
//! those ends at once. A process forked from the one that made the client is not watched
//! until it makes its own.
//!
//! # The environment
//!
//! | Variable | Means (default) |
//! | --- | --- |
//! | `NIGHTBELL_URL` | the server; without it nothing is watched |
//! | `NIGHTBELL_API_KEY`, `NIGHTBELL_API_KEY_FILE` | the key |
//! | `NIGHTBELL_SERVICE`, `NIGHTBELL_ENVIRONMENT`, `NIGHTBELL_OWNER_EMAIL` | for jobs that do not say |
//! | `NIGHTBELL_TRANSPORT` | `grpc` or `http` (`grpc`) |
//! | `NIGHTBELL_TIMEOUT_MS` | of one call (3000) |
//! | `NIGHTBELL_EXIT_TIMEOUT_MS` | of the end of a job (1500) |
//! | `NIGHTBELL_HEARTBEAT_MS` | between heartbeats (the server and the job decide) |
//! | `NIGHTBELL_SPOOL_DIR`, `NIGHTBELL_SPOOL=off` | where reports wait on disk (`~/.local/state/nightbell/spool`) |
//! | `NIGHTBELL_DISABLED=1` | watch nothing |
//! | `NIGHTBELL_CAPTURE` | `message`, or `none` to keep error messages here |
//! | `NIGHTBELL_CA_FILE` | certificate authorities to trust beside the usual |
//! | `NIGHTBELL_RUN_ID` | set by `nightbell exec`: a job inside attaches to that run |
//!
//! What it has to say goes to [`tracing`](https://docs.rs/tracing) with the target `nightbell`.
//!
//! # Features
//!
//! * `tls-ring` (default), `tls-aws-lc`: the cryptography of https.
//! * `webpki-roots` (default), `tls-native-roots`: whose certificates are trusted.
//! * `blocking`: `Job::run_blocking`.
//! * `testing`: a server in the process, for your tests.
//! * `raw`: the generated gRPC clients.
//!
//! [Nightbell]: https://github.com/nightbell/nightbell
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod call;
mod client;
mod clock;
mod config;
mod connect;
mod convert;
mod error;
mod generated;
mod grpc;
mod heartbeat;
mod job;
mod json;
mod metadata;
mod outcome;
#[cfg(feature = "raw")]
pub mod raw;
mod rest;
mod retry;
mod run;
mod spool;
mod spooled;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod vectors;
mod worker;

pub use self::client::Client;
pub use self::config::{Capture, Config, ParentRun, Transport};
pub use self::error::{Error, ErrorKind};
use self::generated::wire;
pub use self::job::Job;
pub use self::run::{Cancelled, Ctx, Run};
pub use self::spooled::{Spooled, SpooledReport};

/// The README's program, which must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Who is calling, in every request.
const USER_AGENT_TEXT: &str = concat!("nightbell-rust/", env!("CARGO_PKG_VERSION"));
