//! The last of what a command says.

use std::collections::VecDeque;
use std::io::PipeWriter;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::pipe::{Outlet, Pipe};

/// How long a report waits for words that nobody reads.
const WAIT_MAX: Duration = Duration::from_millis(100);

/// Keeps the tail of any number of outputs while they pass.
pub(super) struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    most: usize,
    pipes: Vec<Pipe>,
}

impl Tail {
    /// Keeps so many bytes. None: no output is taken.
    pub(super) fn new(most: usize) -> Self {
        Self { kept: Arc::default(), most, pipes: vec![] }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.most > 0
    }

    /// What the command is to write to, for its words to be kept on their way. None: that
    /// cannot be had, and it must do without.
    pub(super) fn take(&mut self, outlet: Outlet) -> Option<PipeWriter> {
        let (kept, most) = (self.kept.clone(), self.most);
        let (pipe, writer) = Pipe::open(outlet, move |bytes| keep(&kept, bytes, most)).ok()?;
        self.pipes.push(pipe);
        Some(writer)
    }

    /// The tail, once the command has ended.
    pub(super) fn text(&self) -> String {
        for pipe in &self.pipes {
            pipe.command_ended();
        }
        for pipe in &self.pipes {
            pipe.wait_passed(Some(WAIT_MAX));
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Returns when all that the command has said is with whoever reads it.
    pub(super) fn finish(self) {
        for pipe in self.pipes {
            pipe.wait_passed(None);
            pipe.hand_over();
        }
    }
}

fn keep(kept: &Mutex<VecDeque<u8>>, bytes: &[u8], most: usize) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.extend(bytes);
    let excess = kept.len().saturating_sub(most);
    kept.drain(..excess);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_is_kept() {
        let kept = Mutex::default();
        for words in ["first ", "and ", "last"] {
            keep(&kept, words.as_bytes(), 5);
        }
        assert_eq!(kept.into_inner().unwrap(), b" last");
    }
}
