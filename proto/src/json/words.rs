//! Enum values as words.

/// An enum whose values are words in JSON, such as `running`.
pub trait Words: Copy + PartialEq + Into<i32> + TryFrom<i32> + 'static {
    /// Every word with its value, in the order of the contract. The zero value
    /// has none: it means that nothing was said.
    const WORDS: &'static [(&'static str, Self)];

    /// The word of a value. `None` for the zero value.
    fn word(self) -> Option<&'static str> {
        Self::WORDS.iter().find(|(_, value)| *value == self).map(|(word, _)| *word)
    }

    /// The value of a word. Only the exact word counts.
    fn from_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
    }
}

/// The words of an enum in one line, for a message.
pub(crate) fn listed<T: Words>() -> String {
    let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
    words.join(", ")
}
