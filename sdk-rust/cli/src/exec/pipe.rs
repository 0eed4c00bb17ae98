//! One output of a command, on its way through us.
//!
//! Nothing is lost: what a command has said by its end is passed on, however slowly it is
//! read, and nothing else is waited for. What a process that the command left behind says
//! later is passed on by a process that we leave behind.

use std::io::{self, PipeWriter};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionread, read, retry_on_intr, write};
use rustix::stdio;

const CHUNK: usize = 8 * 1024;
/// How long what a process that was left behind is saying just now is waited for.
const HAND_OVER_MAX: Duration = Duration::from_millis(50);
/// What whoever is left behind is called on the command line.
pub(crate) const RELAY: &str = "relay-output";

/// Where an output goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outlet {
    Stdout,
    Stderr,
}

impl Outlet {
    fn fd(self) -> BorrowedFd<'static> {
        match self {
            Self::Stdout => stdio::stdout(),
            Self::Stderr => stdio::stderr(),
        }
    }

    /// An error: nobody reads it any more. That a disk is full is none: the command
    /// could not write there either, and goes on.
    fn pass(self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match write(self.fd(), bytes) {
                Ok(length) => bytes = &bytes[length..],
                Err(Errno::INTR) => {}
                // Whoever gave it to us has set it not to block.
                Err(Errno::AGAIN) => wait_for(self.fd(), PollFlags::OUT),
                Err(Errno::PIPE) => return Err(Errno::PIPE),
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }
}

fn wait_for(fd: BorrowedFd<'_>, what: PollFlags) {
    // A signal, such as that the command has ended, says nothing of the output.
    let _ = retry_on_intr(|| poll(&mut [PollFd::new(&fd, what)], None));
}

/// Whether anybody may still write, or has written what nobody has read.
fn is_held(from: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(&from, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let _ = retry_on_intr(|| poll(&mut fds, Some(&at_once)));
    let seen = fds[0].revents();
    seen.contains(PollFlags::IN) || !seen.contains(PollFlags::HUP)
}

/// An output that a thread copies until its end.
pub(super) struct Pipe {
    shared: Arc<Shared>,
    outlet: Outlet,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// None: it is over.
    from: Option<Arc<OwnedFd>>,
    /// How many bytes came, and how many of them went on.
    read: u64,
    passed: u64,
    /// How many are to go on before we may end.
    owed: u64,
    /// Whether somebody else is to read what comes.
    is_given_away: bool,
}

impl State {
    fn end(&mut self) {
        self.from = None;
        self.passed = self.read;
    }
}

impl Pipe {
    /// The end that the command writes to is given back.
    pub(super) fn open(
        outlet: Outlet,
        keep: impl FnMut(&[u8]) + Send + 'static,
    ) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let from = Some(Arc::new(OwnedFd::from(reader)));
        let state = Mutex::new(State { from, ..State::default() });
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        let copying = shared.clone();
        let name = "output".to_owned();
        thread::Builder::new().name(name).spawn(move || copying.copy(outlet, keep))?;
        Ok((Self { shared, outlet }, writer))
    }

    /// The command has ended: what it has said is to go on, and no more.
    pub(super) fn command_ended(&self) {
        let mut state = self.shared.lock();
        let waiting = state.from.as_ref().and_then(|from| ioctl_fionread(from).ok());
        state.owed = state.read + waiting.unwrap_or(0);
    }

    /// Waits until that has gone on; None: however long it takes.
    pub(super) fn wait_passed(&self, most: Option<Duration>) {
        let is_owing = |state: &mut State| state.from.is_some() && state.passed < state.owed;
        let state = self.shared.lock();
        match most {
            Some(most) => {
                drop(self.shared.changed.wait_timeout_while(state, most, is_owing));
            }
            None => drop(self.shared.changed.wait_while(state, is_owing)),
        }
    }

    /// Leaves a process behind for what is still to come, if somebody may still speak.
    pub(super) fn hand_over(self) {
        let mut state = self.shared.lock();
        state.is_given_away = true;
        let is_passing = |state: &mut State| state.from.is_some() && state.passed < state.read;
        let waited = self.shared.changed.wait_timeout_while(state, HAND_OVER_MAX, is_passing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let is_passed = state.passed == state.read;
        if let Some(from) = state.from.take().filter(|from| is_passed && is_held(from.as_fd())) {
            // Without it they are told that nobody reads.
            let _ = leave_behind(&from, self.outlet);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copy(&self, outlet: Outlet, mut keep: impl FnMut(&[u8])) {
        let mut chunk = [0; CHUNK];
        loop {
            let Some(from) = self.lock().from.clone() else { return };
            wait_for(from.as_fd(), PollFlags::IN);
            let length = {
                // What was read and what is left to read are one to whoever asks.
                let mut state = self.lock();
                if state.is_given_away {
                    return;
                }
                match read(&*from, &mut chunk) {
                    Ok(length) => {
                        state.read += length as u64;
                        length
                    }
                    Err(Errno::INTR | Errno::AGAIN) => continue,
                    Err(_) => 0,
                }
            };
            keep(&chunk[..length]);
            let is_over = length == 0 || outlet.pass(&chunk[..length]).is_err();
            let mut state = self.lock();
            state.passed += length as u64;
            if is_over {
                // Closed, so that the command learns of it as it would have.
                state.end();
            }
            self.changed.notify_all();
        }
    }
}

fn leave_behind(from: &OwnedFd, outlet: Outlet) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    let mut relay = Command::new(std::env::current_exe()?);
    relay.arg(RELAY).process_group(0).stderr(Stdio::null()).stdin(from.try_clone()?);
    relay.stdout(outlet.fd().try_clone_to_owned()?).spawn()?;
    Ok(())
}

/// What the process does that was left behind.
pub(crate) fn relay() {
    let mut chunk = [0; CHUNK];
    loop {
        match read(stdio::stdin(), &mut chunk) {
            Ok(0) => return,
            Ok(length) => {
                if Outlet::Stdout.pass(&chunk[..length]).is_err() {
                    return;
                }
            }
            Err(Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
