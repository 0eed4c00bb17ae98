//! The signals that reach us instead of the command.

use std::io;
use std::task::Poll;

use rustix::process::Signal;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What ends or moves a command, in the order in which it is asked for.
const PASSED_ON: [Signal; 10] = [
    Signal::TERM,
    Signal::INT,
    Signal::QUIT,
    Signal::HUP,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::IO,
    Signal::CONT,
    Signal::WINCH,
];

/// What a terminal tells every process of the group in front of it.
const OF_TERMINAL: [Signal; 4] = [Signal::INT, Signal::QUIT, Signal::CONT, Signal::WINCH];

pub(super) struct Signals {
    child: Stream,
    others: Vec<(Signal, Stream)>,
}

impl Signals {
    /// From here on none of them ends us. Those that we were started to ignore, as `nohup`
    /// does, we leave ignored: so does the command.
    pub(super) fn listen() -> io::Result<Self> {
        let ignored = ignored();
        let mut others = vec![];
        for ours in PASSED_ON {
            if ignored >> (ours.as_raw() - 1) & 1 == 0 {
                others.push((ours, signal(SignalKind::from_raw(ours.as_raw()))?));
            }
        }
        Ok(Self { child: signal(SignalKind::child())?, others })
    }

    /// The next one; None: a process has ended.
    pub(super) async fn next(&mut self) -> Option<Signal> {
        std::future::poll_fn(|context| {
            if self.child.poll_recv(context).is_ready() {
                return Poll::Ready(None);
            }
            for (ours, stream) in &mut self.others {
                if stream.poll_recv(context).is_ready() {
                    return Poll::Ready(Some(*ours));
                }
            }
            Poll::Pending
        })
        .await
    }
}

/// Whether the command, in a group with us, has it from the terminal already.
pub(super) fn is_of_terminal(signal: Signal) -> bool {
    OF_TERMINAL.contains(&signal)
}

/// The signals that this process ignores, the first in the lowest bit. None are known of
/// where there is no `/proc`.
fn ignored() -> u64 {
    std::fs::read_to_string("/proc/self/status").ok().and_then(|it| mask(&it)).unwrap_or(0)
}

fn mask(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_read_as_linux_writes_them() {
        assert_eq!(mask("Name:\tx\nSigIgn:\t0000000000001001\nSigCgt:\t0\n"), Some(0x1001));
        assert_eq!(mask("Name:\tx\n"), None);
    }
}
