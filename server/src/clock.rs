//! The only reader of the clock.
//!
//! Everything that needs the time of day is given a [`Clock`], so a test can
//! live through a month in a millisecond.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use nightbell_domain::time::Timestamp;

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// A difference between the wall clock and the time that has truly passed which is
/// taken for a step, and not for the wall clock being steered.
const STEP_MIN_MS: i64 = 1_000;

/// How long a step must last before it is believed.
const STEP_BELIEVED_AFTER_MS: i64 = 10 * 60 * 1_000;

/// The machine's clock, except that it does not believe a sudden step.
///
/// A step of the wall clock would breach or hide every deadline at once. So time goes
/// on as it truly passes (suspended time included), follows the wall clock in what
/// steering does to it, and takes a step over only after it has lasted for 10
/// minutes. Never goes back by less than a step.
#[derive(Debug)]
pub struct SystemClock {
    state: Mutex<Course>,
}

/// How the time told follows from the time that has passed since the machine started.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "units stand in names")]
struct Course {
    offset_ms: i64,
    told_ms: i64,
    stepped_at_ms: Option<i64>,
}

impl Course {
    /// The time to tell when the machine has been up for `up_ms` and its wall clock
    /// shows `wall_ms`.
    fn tell(&mut self, up_ms: i64, wall_ms: i64) -> i64 {
        let difference_ms = wall_ms - (self.offset_ms + up_ms);
        if difference_ms.abs() < STEP_MIN_MS {
            self.offset_ms += difference_ms;
            self.stepped_at_ms = None;
        } else {
            let stepped_at_ms = *self.stepped_at_ms.get_or_insert(up_ms);
            if up_ms - stepped_at_ms >= STEP_BELIEVED_AFTER_MS {
                tracing::warn!(
                    step.ms = difference_ms,
                    "the wall clock has stepped; it is followed now"
                );
                *self = Self {
                    offset_ms: self.offset_ms + difference_ms,
                    told_ms: i64::MIN,
                    stepped_at_ms: None,
                };
            }
        }
        self.told_ms = self.told_ms.max(self.offset_ms + up_ms);
        self.told_ms
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        let offset_ms = wall_ms() - up_ms();
        let course = Course { offset_ms, told_ms: i64::MIN, stepped_at_ms: None };
        Self { state: Mutex::new(course) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let mut course = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::from_millis(course.tell(up_ms(), wall_ms()))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn wall_ms() -> i64 {
    let epoch = Timestamp::from_millis(0);
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => epoch.plus(after).as_millis(),
        Err(before) => epoch.minus(before.duration()).as_millis(),
    }
}

/// Milliseconds since the machine started, suspended time included.
fn up_ms() -> i64 {
    let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    up.tv_sec.saturating_mul(1_000).saturating_add(up.tv_nsec / 1_000_000)
}

/// A clock that stands still until it is moved. Clones show the same time.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    millis: Arc<AtomicI64>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { millis: Arc::new(AtomicI64::new(start.as_millis())) }
    }

    /// Shows `now` from here on, which may be earlier than before.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves on by `duration`. Two that advance at once both count.
    pub fn advance(&self, duration: Duration) {
        let step = Timestamp::from_millis(0).plus(duration).as_millis();
        self.millis.fetch_add(step, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let clock = ManualClock::new(Timestamp::from_millis(1_000));
        let other = clock.clone();

        clock.advance(Duration::from_secs(1));
        assert_eq!(other.now(), Timestamp::from_millis(2_000));

        other.set(Timestamp::from_millis(5));
        assert_eq!(clock.now(), Timestamp::from_millis(5));
    }

    #[test]
    fn the_system_clock_is_past_2025() {
        assert!(SystemClock::default().now() > Timestamp::from_millis(1_735_689_600_000));
    }

    /// A course that tells 1,000,000 when the machine has been up for nothing.
    fn course() -> Course {
        Course { offset_ms: 1_000_000, told_ms: i64::MIN, stepped_at_ms: None }
    }

    #[test]
    fn steering_is_followed_and_time_never_goes_back() {
        let mut course = course();
        assert_eq!(course.tell(1_000, 1_001_400), 1_001_400);
        assert_eq!(course.tell(2_000, 1_001_900), 1_001_900);
        assert_eq!(course.tell(2_100, 1_001_500), 1_001_900);
    }

    #[test]
    fn a_step_is_not_believed_until_it_has_lasted_for_10_minutes() {
        for step_ms in [3_600_000, -3_600_000] {
            let mut course = course();
            assert_eq!(course.tell(1_000, 1_001_000 + step_ms), 1_001_000);
            assert_eq!(course.tell(600_000, 1_600_000 + step_ms), 1_600_000);
            assert_eq!(course.tell(601_001, 1_601_001 + step_ms), 1_601_001 + step_ms);
        }
    }

    #[test]
    fn a_step_that_is_taken_back_leaves_no_trace() {
        let mut course = course();
        assert_eq!(course.tell(1_000, 4_601_000), 1_001_000);
        assert_eq!(course.tell(2_000, 1_002_000), 1_002_000);
        assert_eq!(course.tell(700_000, 4_600_000), 1_700_000);
    }
}
