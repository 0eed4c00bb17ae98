//! What becomes of a report after each kind of answer, and every wait between.
//! Held to `proto/vectors/retry.json`.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// How often one report is sent before the server counts as away.
pub(crate) const TRIES_MAX: u32 = 4;
/// How long a key that was refused is left alone.
pub(crate) const HOLD: Duration = Duration::from_secs(60);

const FIRST: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(5);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(1);
const PROBE_FIRST: Duration = Duration::from_secs(5);
const PROBE_MOST: Duration = Duration::from_secs(60);

/// What to do with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The server has it.
    Done,
    /// Wait and send it again.
    Retry,
    /// Register the scheduler, then send it again once.
    Register,
    /// Send nothing for a while, keep everything.
    Hold,
    /// Forget it.
    Drop,
}

pub(crate) fn verdict(error: &Error) -> Verdict {
    match (error.kind(), error.status()) {
        (ErrorKind::Config, _) => Verdict::Hold,
        (_, Some(status)) if error.code().is_some() => of_status(status),
        (_, Some(status)) => of_foreign_status(status),
        (_, None) => Verdict::Retry,
    }
}

/// Something between here and the server has answered. What it says of a report is not the
/// server's word, save that it is too large to pass.
fn of_foreign_status(status: u16) -> Verdict {
    match of_status(status) {
        Verdict::Hold => Verdict::Hold,
        Verdict::Drop if status == 413 => Verdict::Drop,
        _ => Verdict::Retry,
    }
}

pub(crate) fn of_status(status: u16) -> Verdict {
    match status {
        401 | 403 => Verdict::Hold,
        404 => Verdict::Register,
        409 => Verdict::Done,
        408 | 425 | 429 | 500..=599 => Verdict::Retry,
        _ => Verdict::Drop,
    }
}

pub(crate) fn of_code(code: i32) -> Verdict {
    if code == 0 { Verdict::Done } else { of_status(crate::error::status_of_code(code)) }
}

/// The wait after so many tries; `chance` is from 0 to 1.
pub(crate) fn backoff(tries: u32, chance: f64) -> Duration {
    let most = FIRST.saturating_mul(1 << tries.min(8)).min(MOST);
    FIRST + most.saturating_sub(FIRST).mul_f64(chance.clamp(0.0, 1.0))
}

/// The wait before a stream is opened again, or a heartbeat sent again, after so many
/// failures within a time. The server believes a run dead that is silent for three
/// intervals: until then several tries are made, and later as few as to a server that is
/// away.
pub(crate) fn reconnect(
    failures: u32,
    lasted: Duration,
    interval: Duration,
    chance: f64,
) -> Duration {
    if lasted < interval.saturating_mul(3) {
        backoff(failures, chance).min(interval / 2)
    } else {
        probe(failures.saturating_sub(TRIES_MAX), chance)
    }
}

/// The wait that the server asked for.
pub(crate) fn retry_after(said: Option<Duration>) -> Duration {
    said.unwrap_or(RETRY_AFTER_DEFAULT).min(RETRY_AFTER_MAX)
}

/// The wait before a server that is away is tried again.
pub(crate) fn probe(failures: u32, chance: f64) -> Duration {
    let most = PROBE_FIRST.saturating_mul(1 << failures.min(8)).min(PROBE_MOST);
    most.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{read, seconds};

    fn name(verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Done => "done",
            Verdict::Retry => "retry",
            Verdict::Register => "register",
            Verdict::Hold => "hold",
            Verdict::Drop => "drop",
        }
    }

    #[test]
    fn every_answer_has_its_consequence() {
        let vectors = read("retry.json");
        for case in vectors["statuses"].as_array().unwrap() {
            let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
            assert_eq!(name(of_status(status)), case["then"], "{status}");
        }
        for case in vectors["codes"].as_array().unwrap() {
            let code = i32::try_from(case["number"].as_i64().unwrap()).unwrap();
            assert_eq!(name(of_code(code)), case["then"], "{code}");
        }
        for case in vectors["transport"].as_array().unwrap() {
            let error = match case["fault"].as_str().unwrap() {
                "timeout" => Error::timeout(MOST),
                fault => Error::unavailable(fault),
            };
            assert_eq!(name(verdict(&error)), case["then"], "{case}");
        }
    }

    #[test]
    fn a_run_is_heard_of_again_before_the_server_loses_patience() {
        let interval = Duration::from_secs(5);
        for failures in 1..=20 {
            for lasted in [0, 14] {
                let lasted = Duration::from_secs(lasted);
                assert!(reconnect(failures, lasted, interval, 1.0) <= interval / 2);
            }
        }
        assert!(reconnect(20, interval * 3, interval, 0.0) >= PROBE_MOST / 2);
    }

    #[test]
    fn every_wait_is_within_its_bounds() {
        let vectors = read("retry.json");
        assert_eq!(vectors["tries_max"], TRIES_MAX);
        assert_eq!(seconds(&vectors["hold_s"]), HOLD);
        for (list, count, wait) in [
            ("backoff", "after_tries", backoff as fn(u32, f64) -> Duration),
            ("probe", "failures", probe),
        ] {
            for case in vectors[list].as_array().unwrap() {
                let count = u32::try_from(case[count].as_u64().unwrap()).unwrap();
                assert_eq!(wait(count, 0.0), seconds(&case["least_s"]), "{list} {count}");
                assert_eq!(wait(count, 1.0), seconds(&case["most_s"]), "{list} {count}");
            }
        }
        for case in vectors["retry_after"].as_array().unwrap() {
            let said = case["said_s"].as_f64().map(|_| seconds(&case["said_s"]));
            assert_eq!(retry_after(said), seconds(&case["wait_s"]));
        }
    }
}
