//! Latencies, counted.

use std::time::Duration;

/// Buckets per power of two: a bucket is at most 3 % wide.
const PER_OCTAVE: u64 = 32;

/// The lengths of many waits, each kept to within 3 %, in bounded memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: Duration,
}

impl Histogram {
    pub(crate) fn record(&mut self, wait: Duration) {
        let bucket = bucket(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX));
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.max = self.max.max(wait);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// How many waits were recorded.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    pub(crate) fn max(&self) -> Duration {
        self.max
    }

    /// A wait that `percent` of the waits do not exceed; zero when there are none.
    pub(crate) fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.total * percent).div_ceil(100);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank && seen > 0 {
                return Duration::from_nanos(upper(bucket)).min(self.max);
            }
        }
        self.max
    }
}

/// The bucket of a number: the number itself when it is small, else its power of
/// two and the digits behind the first.
fn bucket(nanos: u64) -> usize {
    let octave = (nanos / PER_OCTAVE).checked_ilog2().unwrap_or(0);
    let digits = nanos >> octave;
    usize::try_from(u64::from(octave) * PER_OCTAVE + digits).unwrap_or(usize::MAX)
}

/// The highest number in a bucket.
fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * PER_OCTAVE {
        return bucket;
    }
    let octave = bucket / PER_OCTAVE - 1;
    let digits = bucket - octave * PER_OCTAVE;
    ((digits + 1) << octave) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_lies_in_its_bucket_and_within_three_percent_of_its_end() {
        for nanos in (0..60).flat_map(|shift| [0, 1, 7, 31, 63].map(|more| (1_u64 << shift) + more))
        {
            let upper = upper(bucket(nanos));
            assert!(nanos <= upper, "{nanos} is above {upper}");
            assert!(upper - nanos <= nanos / 32, "{nanos} is far below {upper}");
        }
    }

    #[test]
    fn percentiles_are_of_all_that_was_recorded() {
        let mut one = Histogram::default();
        let mut other = Histogram::default();
        for millis in 1..=50 {
            one.record(Duration::from_millis(millis));
            other.record(Duration::from_millis(50 + millis));
        }
        one.add(&other);

        let near = |wait: Duration, millis| wait.as_millis().abs_diff(millis) <= millis / 25 + 1;
        assert_eq!(one.total(), 100);
        assert!(near(one.percentile(50), 50));
        assert!(near(one.percentile(99), 99));
        assert_eq!(one.percentile(100), Duration::from_millis(100));
        assert_eq!(Histogram::default().percentile(99), Duration::ZERO);
    }
}
