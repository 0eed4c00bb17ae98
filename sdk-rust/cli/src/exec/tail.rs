//! The last of what a command says, on its way through.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long output that is still held open, by a process that the command left
/// behind, is waited for.
const DRAIN_MAX: Duration = Duration::from_millis(250);
const CHUNK: usize = 8 * 1024;

/// Collects the tail of any number of streams.
pub(crate) struct Tail {
    kept: Arc<Mutex<VecDeque<u8>>>,
    most: usize,
    open: usize,
    done: (Sender<()>, Receiver<()>),
}

impl Tail {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: Arc::default(), most, open: 0, done: channel() }
    }

    /// Copies a stream until its end, on a thread of its own.
    pub(crate) fn pass(
        &mut self,
        mut from: impl Read + Send + 'static,
        mut to: impl Write + Send + 'static,
    ) {
        let (kept, most, done) = (self.kept.clone(), self.most, self.done.0.clone());
        let copy = move || {
            let mut chunk = [0; CHUNK];
            while let Ok(length @ 1..) = from.read(&mut chunk) {
                let bytes = &chunk[..length];
                keep(&kept, bytes, most);
                // Nobody reads it any more: the command learns of it as it would have.
                if to.write_all(bytes).and_then(|()| to.flush()).is_err() {
                    break;
                }
            }
            let _ = done.send(());
        };
        if thread::Builder::new().name("output".to_owned()).spawn(copy).is_ok() {
            self.open += 1;
        }
    }

    /// The tail, once the streams have ended.
    pub(crate) fn text(self) -> String {
        for _ in 0..self.open {
            if self.done.1.recv_timeout(DRAIN_MAX) == Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
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
    fn everything_passes_and_the_last_is_kept() {
        let mut tail = Tail::new(5);
        tail.pass(&b"first and last"[..], std::io::sink());
        assert_eq!(tail.text(), " last");
    }
}
