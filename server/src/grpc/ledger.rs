//! What a stream owes its sender.

use nightbell_proto::v1;
use tonic::Status;

use crate::wire::answer;

/// How many refusals, and how many directives, one response carries. When as many
/// wait to be told, no more frames are read: a sender that does not listen cannot
/// make them pile up.
const UNTOLD_MAX: usize = 256;

/// The frames of one stream that are settled, and what of that the sender has not
/// been told.
///
/// Frames are settled in the order of their arrival, so the last one settled covers
/// all before it. What settles while the sender is not listening is told in one
/// response.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    stored: u64,
    is_due: bool,
    directives: Vec<v1::Directives>,
    refusals: Vec<v1::FrameRefusal>,
}

impl Ledger {
    /// Notes that a frame is stored, and what the server wants of its run.
    pub(super) fn stored(&mut self, frame_sequence: u64, wanted: Option<v1::Directives>) {
        self.settle(frame_sequence);
        let Some(wanted) = wanted else { return };
        let is_for = |it: &&mut v1::Directives| {
            it.scheduler_id == wanted.scheduler_id && it.run_id == wanted.run_id
        };
        match self.directives.iter_mut().find(is_for) {
            Some(earlier) => *earlier = wanted,
            None => self.directives.push(wanted),
        }
    }

    /// Notes that a frame is refused.
    pub(super) fn refused(&mut self, frame_sequence: u64, why: &Status) {
        self.settle(frame_sequence);
        self.refusals.push(answer::of_refused_frame(frame_sequence, why));
    }

    // A sender whose numbers do not rise is still heard; only its own count is of
    // no use to it.
    fn settle(&mut self, frame_sequence: u64) {
        self.stored = self.stored.max(frame_sequence);
        self.is_due = true;
    }

    /// Asks for a response though nothing is new, to keep the stream alive.
    pub(super) fn keep_alive(&mut self) {
        self.is_due = true;
    }

    /// Whether there is something to send.
    pub(super) fn is_due(&self) -> bool {
        self.is_due
    }

    /// Whether no more frames must be read until something was sent.
    pub(super) fn is_full(&self) -> bool {
        self.refusals.len() >= UNTOLD_MAX || self.directives.len() >= UNTOLD_MAX
    }

    /// Everything the sender has not been told.
    pub(super) fn take(&mut self) -> v1::StreamHeartbeatsResponse {
        self.is_due = false;
        v1::StreamHeartbeatsResponse {
            stored_sequence: self.stored,
            directives: std::mem::take(&mut self.directives),
            refusals: std::mem::take(&mut self.refusals),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ServiceError;

    fn wanted(run_id: &str) -> v1::Directives {
        v1::Directives {
            scheduler_id: "nightly".to_owned(),
            run_id: run_id.to_owned(),
            cancel_requested: true,
            heartbeat_interval: None,
        }
    }

    fn why() -> Status {
        ServiceError::ReplayTooOld.into()
    }

    #[derive(Debug, Clone)]
    enum Step {
        Stored(bool),
        Refused,
        Send,
    }

    proptest! {
        /// However frames settle and responses go out: what is told never goes down
        /// and never runs ahead, and every refusal is told exactly once.
        #[test]
        fn acknowledgements_rise_and_refusals_are_told_once(steps in prop::collection::vec(
            prop_oneof![any::<bool>().prop_map(Step::Stored), Just(Step::Refused), Just(Step::Send)],
            0..200,
        )) {
            let mut ledger = Ledger::default();
            let (mut sequence, mut told, mut refused, mut told_refused) = (0, 0, vec![], vec![]);
            for step in steps.into_iter().chain([Step::Send]) {
                match step {
                    Step::Stored(is_wanted) => {
                        sequence += 1;
                        ledger.stored(sequence, is_wanted.then(|| wanted("r1")));
                    }
                    Step::Refused => {
                        sequence += 1;
                        refused.push(sequence);
                        ledger.refused(sequence, &why());
                    }
                    Step::Send => {
                        let response = ledger.take();
                        prop_assert!(response.stored_sequence >= told);
                        prop_assert_eq!(response.stored_sequence, sequence);
                        prop_assert!(response.directives.len() <= 1);
                        told = response.stored_sequence;
                        told_refused.extend(response.refusals.iter().map(|it| it.frame_sequence));
                        prop_assert!(!ledger.is_due());
                    }
                }
            }
            prop_assert_eq!(told_refused, refused);
        }
    }

    #[test]
    fn one_response_covers_many_frames() {
        let mut ledger = Ledger::default();
        assert!(!ledger.is_due());
        for sequence in 1..=40 {
            ledger.stored(sequence, None);
        }
        assert!(ledger.is_due());
        let response = ledger.take();
        assert_eq!(response.stored_sequence, 40);
        assert!(response.directives.is_empty() && response.refusals.is_empty());
    }

    #[test]
    fn a_refused_frame_is_covered_and_says_why() {
        let mut ledger = Ledger::default();
        ledger.stored(1, None);
        ledger.refused(2, &why());
        let response = ledger.take();
        assert_eq!(response.stored_sequence, 2);
        assert_eq!(response.refusals[0].reason, "REPLAY_TOO_OLD");
    }

    #[test]
    fn what_is_wanted_of_a_run_is_told_once_in_a_response() {
        let mut ledger = Ledger::default();
        ledger.stored(1, Some(wanted("r1")));
        ledger.stored(2, Some(wanted("r2")));
        ledger.stored(3, Some(wanted("r1")));
        assert_eq!(ledger.take().directives, [wanted("r1"), wanted("r2")]);
        assert!(ledger.take().directives.is_empty());
    }

    #[test]
    fn numbers_that_do_not_rise_never_take_an_acknowledgement_back() {
        let mut ledger = Ledger::default();
        ledger.stored(7, None);
        ledger.stored(3, None);
        ledger.stored(0, None);
        assert_eq!(ledger.take().stored_sequence, 7);
    }

    #[test]
    fn a_quiet_stream_repeats_itself() {
        let mut ledger = Ledger::default();
        ledger.stored(5, None);
        ledger.take();
        ledger.keep_alive();
        assert!(ledger.is_due());
        assert_eq!(ledger.take().stored_sequence, 5);
    }

    #[test]
    fn a_sender_that_does_not_listen_is_not_read() {
        let mut ledger = Ledger::default();
        for sequence in 1..=256 {
            assert!(!ledger.is_full());
            ledger.refused(sequence, &why());
        }
        assert!(ledger.is_full());
        ledger.take();
        assert!(!ledger.is_full());
    }
}
