//! How many messages a person is sent, one by one.

use std::time::Duration;

use crate::time::Timestamp;

/// So many in a minute are told one by one.
pub const ALONE_MAX: u32 = 10;

/// How long those that are too many wait to be told together.
pub const TOGETHER_EVERY: Duration = Duration::from_mins(1);

/// Whether a notification is told by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// By itself, now.
    Alone,
    /// Now, with all that wait.
    Together,
    /// With others, from this instant on.
    Wait(Timestamp),
}

/// Keeps a storm from becoming a message for each of its gusts: the first ones are told
/// one by one, the rest together, once a minute.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    began_at: Option<Timestamp>,
    told: u32,
    is_overflowing: bool,
}

impl Pace {
    /// Whether the next notification is told by itself at `now`.
    pub fn turn(&mut self, now: Timestamp) -> Turn {
        let ends_at = self.began_at.map(|began| began.plus(TOGETHER_EVERY));
        match ends_at.filter(|ends_at| now < *ends_at) {
            None if self.is_overflowing => {
                *self = Self { began_at: Some(now), told: ALONE_MAX, is_overflowing: false };
                Turn::Together
            }
            None => {
                *self = Self { began_at: Some(now), told: 1, is_overflowing: false };
                Turn::Alone
            }
            Some(_) if self.told < ALONE_MAX => {
                self.told += 1;
                Turn::Alone
            }
            Some(ends_at) => {
                self.is_overflowing = true;
                Turn::Wait(ends_at)
            }
        }
    }

    /// Whether it says nothing about what comes after `now`.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let is_over = self.began_at.is_none_or(|began| now >= began.plus(TOGETHER_EVERY));
        is_over && !self.is_overflowing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn the_first_of_a_storm_are_told_one_by_one_and_the_rest_together() {
        let mut pace = Pace::default();
        for _ in 0..ALONE_MAX {
            assert_eq!(pace.turn(NOW), Turn::Alone);
        }
        for seconds in 0..60 {
            assert_eq!(pace.turn(after(seconds)), Turn::Wait(after(60)));
        }
        assert_eq!(pace.turn(after(60)), Turn::Together);
        assert_eq!(pace.turn(after(61)), Turn::Wait(after(120)), "the storm goes on");
        assert_eq!(pace.turn(after(120)), Turn::Together);
        assert_eq!(pace.turn(after(180)), Turn::Alone, "a minute in which nothing waited");
    }

    #[test]
    fn who_is_told_now_and_then_is_told_one_by_one() {
        let mut pace = Pace::default();
        for minutes in 0..100 {
            for _ in 0..ALONE_MAX {
                assert_eq!(pace.turn(after(60 * minutes)), Turn::Alone);
            }
        }
        assert!(!pace.is_idle(after(60 * 99)));
        assert!(pace.is_idle(after(60 * 100)));
    }

    #[test]
    fn one_that_overflows_is_not_forgotten() {
        let mut pace = Pace::default();
        for _ in 0..=ALONE_MAX {
            pace.turn(NOW);
        }
        assert!(!pace.is_idle(after(9_999)));
        assert_eq!(pace.turn(after(9_999)), Turn::Together);
    }
}
