//! Instants and spans of time.

use std::time::Duration;

use nightbell_domain::time::Timestamp;

/// The first second of the year 1, the earliest that protobuf allows.
const FIRST_SECOND: i64 = -62_135_596_800;

/// The first second of the year 9999. "Forever" is written so, and it is no time at
/// which anything happened.
const END_SECOND: i64 = 253_370_764_800;

const NANOS_PER_SECOND: i32 = 1_000_000_000;
const NANOS_PER_MILLI: i32 = 1_000_000;

/// The instant a message names, to the millisecond. `None` outside the years 1 to
/// 9998, and for a fraction that is none.
pub fn instant(time: prost_types::Timestamp) -> Option<Timestamp> {
    let is_second = (FIRST_SECOND..END_SECOND).contains(&time.seconds);
    let is_fraction = (0..NANOS_PER_SECOND).contains(&time.nanos);
    (is_second && is_fraction).then(|| {
        Timestamp::from_millis(time.seconds * 1_000 + i64::from(time.nanos / NANOS_PER_MILLI))
    })
}

/// An instant as a message names it.
pub fn timestamp(instant: Timestamp) -> prost_types::Timestamp {
    let millis = instant.as_millis();
    let fraction = i32::try_from(millis.rem_euclid(1_000)).unwrap_or(0);
    prost_types::Timestamp { seconds: millis.div_euclid(1_000), nanos: fraction * NANOS_PER_MILLI }
}

/// The span a message names, to the millisecond. `None` if it is negative or its
/// fraction is none.
pub fn span(duration: prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(duration.seconds).ok()?;
    let is_fraction = (0..NANOS_PER_SECOND).contains(&duration.nanos);
    let millis = u64::try_from(duration.nanos / NANOS_PER_MILLI).ok()?;
    is_fraction.then(|| Duration::from_secs(seconds) + Duration::from_millis(millis))
}

/// A span as a message names it.
pub fn duration(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// No message can make it fail otherwise than by `None`, and what is read
        /// comes back as it was, but for what is finer than a millisecond.
        #[test]
        fn instants_come_back(seconds: i64, nanos: i32) {
            let read = instant(prost_types::Timestamp { seconds, nanos });
            if let Some(read) = read {
                let back = timestamp(read);
                prop_assert_eq!(back.seconds, seconds);
                prop_assert_eq!(back.nanos, nanos / NANOS_PER_MILLI * NANOS_PER_MILLI);
            }
        }

        #[test]
        fn instants_within_the_years_are_read(
            seconds in FIRST_SECOND..END_SECOND,
            nanos in 0..NANOS_PER_SECOND,
        ) {
            let read = instant(prost_types::Timestamp { seconds, nanos });
            prop_assert!(read.is_some());
        }

        #[test]
        fn every_instant_has_a_message(millis: i64) {
            let message = timestamp(Timestamp::from_millis(millis));
            prop_assert!((0..NANOS_PER_SECOND).contains(&message.nanos));
            if let Some(back) = instant(message) {
                prop_assert_eq!(back.as_millis(), millis);
            }
        }

        #[test]
        fn spans_come_back(seconds: i64, nanos: i32) {
            let read = span(prost_types::Duration { seconds, nanos });
            prop_assert_eq!(
                read.is_some(),
                seconds >= 0 && (0..NANOS_PER_SECOND).contains(&nanos)
            );
            if let Some(read) = read {
                let back = duration(read);
                prop_assert_eq!(back.seconds, seconds);
                prop_assert_eq!(back.nanos, nanos / NANOS_PER_MILLI * NANOS_PER_MILLI);
            }
        }
    }

    #[test]
    fn the_year_9999_is_no_time() {
        let last = prost_types::Timestamp { seconds: END_SECOND - 1, nanos: 999_999_999 };
        assert_eq!(instant(last).map(Timestamp::as_millis), Some(END_SECOND * 1_000 - 1));
        assert_eq!(instant(prost_types::Timestamp { seconds: END_SECOND, nanos: 0 }), None);
    }
}
