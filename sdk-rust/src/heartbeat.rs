//! How often a run sends signs of life. Held to `proto/vectors/heartbeat.json`.

use std::time::Duration;

const DEFAULT_STREAM: Duration = Duration::from_secs(5);
const DEFAULT_UNARY: Duration = Duration::from_secs(30);
const MOST_OF_TIMEOUT: Duration = Duration::from_secs(30);
const JITTER: f64 = 0.1;
/// What the server takes for an interval at the least.
const DECLARED_LEAST: Duration = Duration::from_secs(2);

/// Beyond any that has a meaning.
const INTERVAL_MOST: Duration = Duration::from_secs(24 * 3600);

/// Everything that has a say.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes {
    pub(crate) configured: Option<Duration>,
    pub(crate) server: Option<Duration>,
    pub(crate) job: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
}

/// The interval to declare; the next heartbeat comes no later.
pub(crate) fn interval(wishes: Wishes, on_stream: bool) -> Duration {
    let default = if on_stream { DEFAULT_STREAM } else { DEFAULT_UNARY };
    if let Some(configured) = wishes.configured.filter(|it| !it.is_zero()) {
        return configured.min(INTERVAL_MOST);
    }
    wishes
        .server
        .or(wishes.job)
        .or(wishes.timeout.map(|timeout| (timeout / 3).min(MOST_OF_TIMEOUT)))
        .unwrap_or(default)
        .clamp(DECLARED_LEAST, INTERVAL_MOST)
}

/// As the server may be told it.
pub(crate) fn declared(interval: Duration) -> Duration {
    interval.max(DECLARED_LEAST)
}

/// The wait before the next heartbeat; `chance` is from 0 to 1.
pub(crate) fn wait(interval: Duration, chance: f64) -> Duration {
    interval.mul_f64(1.0 - JITTER * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{maybe_seconds, read, seconds};

    #[test]
    fn the_first_of_the_wishes_wins() {
        let vectors = read("heartbeat.json");
        for case in vectors["cases"].as_array().unwrap() {
            let wishes = Wishes {
                configured: maybe_seconds(&case["configured_s"]),
                server: maybe_seconds(&case["server_s"]),
                job: maybe_seconds(&case["interval_s"]),
                timeout: maybe_seconds(&case["timeout_s"]),
            };
            let interval = interval(wishes, case["transport"] == "stream");
            assert_eq!(interval, seconds(&case["most_s"]), "{case}");
            assert_eq!(wait(interval, 0.0), interval);
            let least = interval.mul_f64(1.0 - vectors["jitter"].as_f64().unwrap());
            assert_eq!(wait(interval, 1.0), least);
        }
        assert_eq!(declared(Duration::ZERO), seconds(&vectors["least_s"]));
    }

    #[test]
    fn no_wish_makes_a_storm_or_the_end_of_time() {
        for wish in [Duration::ZERO, Duration::from_millis(3)] {
            let wishes = Wishes { job: Some(wish), timeout: Some(wish), ..Wishes::default() };
            assert_eq!(interval(wishes, true), DECLARED_LEAST);
        }
        let never = Wishes { configured: Some(Duration::MAX), ..Wishes::default() };
        assert_eq!(interval(never, true), INTERVAL_MOST);
        let zero = Wishes { configured: Some(Duration::ZERO), ..Wishes::default() };
        assert_eq!(interval(zero, true), DEFAULT_STREAM);
    }
}
