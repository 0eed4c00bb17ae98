//! Whether a channel that fails is tried.

use std::time::Duration;

use crate::time::Timestamp;

/// So many failures one after the other make a channel rest.
const FAILURES_MAX: u32 = 5;

/// How long it rests after these failures and each one more; later ones as the last.
const RESTS: [Duration; 5] = [
    Duration::from_secs(15),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
    Duration::from_mins(5),
];

/// Longer than any attempt takes: one that has not ended by then never will.
const ATTEMPT_MAX: Duration = Duration::from_secs(30);

/// Keeps attempts away from a channel that fails, or that asked to be left alone. After
/// each rest one attempt finds out whether it is well again.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    failures: u32,
    rests_until: Option<Timestamp>,
}

impl Breaker {
    /// Lets an attempt begin at `now`.
    ///
    /// # Errors
    ///
    /// The channel rests: when to ask again.
    pub fn admit(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        if let Some(until) = self.rests_until.filter(|until| now < *until) {
            return Err(until);
        }
        self.rests_until = (self.failures >= FAILURES_MAX).then(|| now.plus(ATTEMPT_MAX));
        Ok(())
    }

    /// An attempt went well.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// An attempt failed; the channel asked to be left alone for `retry_after`.
    pub fn failed(&mut self, now: Timestamp, retry_after: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let over = self.failures.checked_sub(FAILURES_MAX).and_then(|over| over.try_into().ok());
        let rest = over.map(|over: usize| RESTS[over.min(RESTS.len() - 1)]);
        let rest = rest.max(retry_after).map(|rest| now.plus(rest));
        // The end of an attempt ends the rest that its beginning was.
        self.rests_until =
            if self.failures > FAILURES_MAX { rest } else { self.rests_until.max(rest) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    fn failing() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            assert_eq!(breaker.admit(NOW), Ok(()));
            breaker.failed(NOW, None);
        }
        breaker
    }

    #[test]
    fn a_channel_that_fails_again_and_again_rests() {
        let mut breaker = failing();
        assert_eq!(breaker.admit(NOW), Err(after(15)));
        assert_eq!(breaker.admit(after(14)), Err(after(15)));
    }

    #[test]
    fn after_a_rest_one_attempt_finds_out_whether_it_is_well_again() {
        let mut breaker = failing();
        assert_eq!(breaker.admit(after(15)), Ok(()));
        assert_eq!(breaker.admit(after(15)), Err(after(45)), "one at a time");
        breaker.failed(after(16), None);
        assert_eq!(breaker.admit(after(16)), Err(after(46)), "it rests longer");
        assert_eq!(breaker.admit(after(46)), Ok(()));
        breaker.succeeded();
        for _ in 0..100 {
            assert_eq!(breaker.admit(after(47)), Ok(()));
        }
    }

    #[test]
    fn an_attempt_that_never_ends_is_not_waited_for() {
        let mut breaker = failing();
        assert_eq!(breaker.admit(after(15)), Ok(()));
        assert_eq!(breaker.admit(after(45)), Ok(()));
    }

    #[test]
    fn rests_grow_to_five_minutes() {
        let mut breaker = failing();
        let mut now = NOW;
        let mut last = Duration::ZERO;
        for _ in 0..20 {
            let Err(until) = breaker.admit(now) else { panic!("it rests") };
            assert!(until.since(now) >= last);
            last = until.since(now);
            now = until;
            breaker.admit(now).unwrap();
            breaker.failed(now, None);
        }
        assert_eq!(last, Duration::from_mins(5));
    }

    #[test]
    fn who_asks_to_be_left_alone_is_left_alone() {
        let mut breaker = Breaker::default();
        breaker.failed(NOW, Some(Duration::from_secs(90)));
        assert_eq!(breaker.admit(after(89)), Err(after(90)));
        breaker.failed(after(1), None);
        assert_eq!(breaker.admit(after(89)), Err(after(90)), "another failure changes nothing");
        assert_eq!(breaker.admit(after(90)), Ok(()));
    }
}
