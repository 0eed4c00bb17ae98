//! Everything Nightbell decides.
//!
//! Every function here is pure: it takes a scheduler as it stands, what happened and
//! the time it is now, and returns what is so afterwards. Nothing reads a clock,
//! rolls a die or touches storage, so the whole life of a scheduler can be replayed
//! in a test. [`transition::transition`] is the one way in.

pub mod audit;
pub mod blind;
pub mod breaker;
pub mod deadline;
pub mod evidence;
pub mod expectation;
pub mod explain;
mod history;
pub mod id;
pub mod incident;
pub mod key;
pub mod ledger;
pub mod notify;
pub mod outcome;
pub mod pace;
pub mod presence;
pub mod report;
pub mod route;
pub mod run;
pub mod schedule;
pub mod scheduler;
pub mod selector;
pub mod settings;
pub mod silence;
pub mod time;
pub mod transition;
#[cfg(test)]
mod world;
