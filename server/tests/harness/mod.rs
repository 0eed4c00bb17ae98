//! A real server, as a process of its own, and what the tests need around it.
#![expect(dead_code, reason = "each file of tests needs another part")]

#[path = "../../src/store/postgres/tests/cluster.rs"]
pub(crate) mod cluster;
pub(crate) mod receiver;
pub(crate) mod rest;
pub(crate) mod server;

use std::time::Duration;

use tokio::time::Instant;

/// How long something that must happen may take on a busy machine. What passes
/// returns at once; only what fails waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until `condition` gives something, which it returns.
///
/// # Panics
///
/// If that takes longer than [`PATIENCE`].
pub(crate) async fn wait_until<T, F>(what: &str, condition: F) -> T
where
    F: AsyncFnMut() -> Option<T>,
{
    wait_until_within(PATIENCE, what, condition).await
}

/// As [`wait_until`], with a patience of its own.
pub(crate) async fn wait_until_within<T, F>(patience: Duration, what: &str, mut condition: F) -> T
where
    F: AsyncFnMut() -> Option<T>,
{
    let give_up_at = Instant::now() + patience;
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < give_up_at, "waited {patience:?} in vain: {what}");
        breathe().await;
    }
}

/// The pause between two looks at the same thing.
pub(crate) async fn breathe() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

/// Shows a figure to whoever runs the tests with `--nocapture`.
#[expect(clippy::print_stdout, reason = "a figure is for people, and no test reads it")]
pub(crate) fn show(figure: &str) {
    println!("{figure}");
}

/// The time of day, in milliseconds.
pub(crate) fn wall_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A time as REST shows it, in milliseconds.
pub(crate) fn ms(value: &serde_json::Value) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    let at: jiff::Timestamp = text.parse().expect("a time by RFC 3339");
    at.as_millisecond()
}
