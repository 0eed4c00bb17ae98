//! The last of what a command says.

use std::collections::VecDeque;
use std::io::PipeWriter;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pipe::{Outlet, Pipe};

/// How long a report waits for words that nobody reads.
const WAIT_MAX: Duration = Duration::from_millis(100);
/// More of it is never reported.
const BYTES_MAX: usize = 8 * 1024;

/// Keeps the tail of any number of outputs while they pass.
pub(super) struct Tail {
    kept: Arc<Mutex<Kept>>,
    most: usize,
    pipes: Vec<Pipe>,
}

impl Tail {
    /// Keeps so many bytes. None: no output is taken.
    pub(super) fn new(most: usize) -> Self {
        Self { kept: Arc::default(), most: most.min(BYTES_MAX), pipes: vec![] }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.most > 0
    }

    /// What the command is to write to, for its words to be kept on their way. None: that
    /// cannot be had, and it must do without.
    pub(super) fn take(&mut self, outlet: Outlet) -> Option<PipeWriter> {
        let (kept, most) = (self.kept.clone(), self.most);
        let (pipe, writer) = Pipe::open(outlet, move |bytes| lock(&kept).keep(bytes, most)).ok()?;
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
        lock(&self.kept).text()
    }

    /// Returns when all that the command has said is with whoever reads it.
    pub(super) fn finish(self) {
        for pipe in self.pipes {
            pipe.wait_passed(None);
            pipe.hand_over();
        }
    }
}

#[derive(Default)]
struct Kept {
    bytes: VecDeque<u8>,
    is_cut: bool,
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn keep(&mut self, bytes: &[u8], most: usize) {
        self.bytes.extend(bytes);
        let excess = self.bytes.len().saturating_sub(most);
        self.bytes.drain(..excess);
        self.is_cut |= excess > 0;
    }

    /// From the first line that is there as a whole; if none is, all the same.
    fn text(&self) -> String {
        let bytes: Vec<u8> = self.bytes.iter().copied().collect();
        let line = bytes.iter().position(|it| *it == b'\n').map(|end| &bytes[end + 1..]);
        let whole = line.filter(|rest| self.is_cut && !rest.is_empty());
        String::from_utf8_lossy(whole.unwrap_or(&bytes)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(most: usize, words: &[&str]) -> String {
        let mut kept = Kept::default();
        for words in words {
            kept.keep(words.as_bytes(), most);
        }
        kept.text()
    }

    #[test]
    fn the_last_is_kept() {
        assert_eq!(kept(5, &["first ", "and ", "last"]), " last");
    }

    #[test]
    fn it_begins_with_a_line() {
        assert_eq!(kept(20, &["first\n", "and ", "last\n"]), "first\nand last\n");
        assert_eq!(kept(12, &["first\n", "and ", "last\n"]), "and last\n");
        assert_eq!(kept(6, &["first\n", "and ", "last\n"]), " last\n");
    }
}
