//! Chance that can be repeated: the same seed throws the same numbers for ever.

/// A sequence of numbers (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of `part` of the world `seed`.
    pub(crate) fn new(seed: u64, part: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part);
        Self(dice.next() ^ part.rotate_left(32))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Any number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low + i64::try_from(self.next() % span).expect("within the span")
    }

    /// From `low` to `high`, each order of magnitude as likely as the next.
    pub(crate) fn magnitude(&mut self, low: i64, high: i64) -> i64 {
        let doublings = (high / low.max(1)).max(1).ilog2();
        let scale = low.max(1) << self.between(0, i64::from(doublings));
        self.between(scale, (2 * scale).min(high)).clamp(low, high)
    }

    /// So often of 1,000 times.
    pub(crate) fn chance(&mut self, of_1000: i64) -> bool {
        self.between(0, 999) < of_1000
    }

    /// One of `choices`.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).expect("a few") - 1;
        choices[usize::try_from(self.between(0, last)).expect("an index")]
    }

    /// One of `choices`, each as often as it weighs.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(i64, T)]) -> T {
        let mut left = self.between(1, choices.iter().map(|(weight, _)| weight).sum());
        let chosen = choices.iter().find(|(weight, _)| {
            left -= weight;
            left <= 0
        });
        chosen.expect("a choice").1
    }
}
