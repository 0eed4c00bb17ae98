//! Who changed what.

use crate::time::Timestamp;

/// The most characters of a note.
pub const NOTE_CHARS_MAX: usize = 500;

macro_rules! actions {
    ($($name:ident => $word:literal, $what:literal;)*) => {
        /// What was done to something.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $what] $name,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word: what it was done to, and what.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

actions! {
    KeyCreated => "key.created", "A key was made.";
    KeyRevoked => "key.revoked", "A key was ended.";
    PersonSignedIn => "person.signed_in", "Somebody signed in with their provider.";
    PersonSignedOut => "person.signed_out", "Somebody ended their session.";
    ChannelCreated => "channel.created", "A channel was added.";
    ChannelUpdated => "channel.updated", "A channel was changed.";
    ChannelDeleted => "channel.deleted", "A channel was forgotten.";
    ChannelTested => "channel.tested", "A channel was sent a test.";
    RouteCreated => "route.created", "A route was added.";
    RouteUpdated => "route.updated", "A route was changed.";
    RouteDeleted => "route.deleted", "A route was forgotten.";
    SilenceCreated => "silence.created", "A silence was added.";
    SilenceUpdated => "silence.updated", "A silence was changed.";
    SilenceDeleted => "silence.deleted", "A silence was ended and forgotten.";
    SchedulerUpdated => "scheduler.updated", "Settings of a scheduler were changed.";
    SchedulerReleased => "scheduler.released", "Settings were given back to what the job registers.";
    SchedulerPaused => "scheduler.paused", "A scheduler is not judged from then on.";
    SchedulerResumed => "scheduler.resumed", "A scheduler is judged again.";
    SchedulerDeleted => "scheduler.deleted", "A scheduler was forgotten.";
    RunCancelled => "run.cancelled", "A run was asked to stop.";
    IncidentAcknowledged => "incident.acknowledged", "Somebody took an incident.";
    IncidentResolved => "incident.resolved", "An incident was ended by hand.";
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The name of the key, as it was then, or of the person.
    pub by: String,
    /// The key's id; empty if it was done without one.
    pub key_id: String,
    /// What was done, as a word of [`Action`]; a newer server may know others.
    pub action: String,
    /// The id of what it was done to.
    pub target: String,
    /// More about it, at most [`NOTE_CHARS_MAX`] characters.
    pub note: String,
}

/// `note` as far as an entry takes it.
pub fn cut(note: &str) -> String {
    note.chars().take(NOTE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_has_a_word_of_its_own() {
        let words: HashSet<&str> = Action::ALL.iter().map(|it| it.word()).collect();
        assert_eq!(words.len(), Action::ALL.len());
        assert!(words.iter().all(|it| it.split('.').count() == 2), "{words:?}");
    }

    #[test]
    fn a_long_note_is_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"\u{1f514}".repeat(600)).chars().count(), NOTE_CHARS_MAX);
    }
}
