//! Child processes, and what the kernel knows of them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::Error;
use crate::clock;

/// The unit of CPU times in `/proc`, the same on every machine that Linux runs on.
const TICKS_PER_SECOND: u32 = 100;

/// How long a process may take to end when asked.
const STOP_MAX: Duration = Duration::from_secs(20);

/// A child process that ends, at the latest, when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Error> {
        let child = command.spawn().map_err(|error| {
            format!("{} does not start: {error}", command.get_program().display())
        })?;
        Ok(Self { child })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first line that the process prints. Its output must be piped.
    pub(crate) fn first_line(&mut self) -> Result<String, Error> {
        let stdout = self.child.stdout.take().ok_or("the output is not piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok(line)
    }

    /// Refuses if the process has ended.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("process {} ended: {status}", self.id()).into()),
        }
    }

    /// Asks the process to end, and returns how long that took.
    pub(crate) fn stop(mut self) -> Result<Duration, Error> {
        let asked_at = clock::now();
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        while asked_at.elapsed() < STOP_MAX {
            if let Some(status) = self.child.try_wait()? {
                let took = asked_at.elapsed();
                return if status.success() {
                    Ok(took)
                } else {
                    Err(format!("the server did not stop well: {status}").into())
                };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(format!("the server did not stop within {} s", STOP_MAX.as_secs()).into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended already needs neither.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().display().to_string();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program} does not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} failed: {said}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The CPU time that a process has used, in user code and in the kernel.
pub(crate) fn cpu_time(pid: u32) -> Result<Duration, Error> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name of the program stands in brackets and may hold anything.
    let after_name = stat.rsplit_once(") ").ok_or("/proc/<pid>/stat has no name")?.1;
    let mut fields = after_name.split(' ').skip(11);
    let mut ticks = || fields.next().unwrap_or("").parse::<u32>();
    let (user, system) = (ticks()?, ticks()?);
    Ok(Duration::from_secs(1) / TICKS_PER_SECOND * (user + system))
}

/// How much memory of a process is resident, in bytes: now, and at its highest.
pub(crate) fn memory(pid: u32) -> Result<(u64, u64), Error> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| -> Result<u64, Error> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no such field")?;
        Ok(kib.parse::<u64>()? * 1024)
    };
    Ok((field("VmRSS:")?, field("VmHWM:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_can_be_measured() {
        let pid = std::process::id();
        let before = cpu_time(pid).unwrap();
        let started = clock::now();
        while started.elapsed() < Duration::from_millis(200) {
            std::hint::spin_loop();
        }
        assert!(cpu_time(pid).unwrap() > before);
        let (now, highest) = memory(pid).unwrap();
        assert!(0 < now && now <= highest);
    }
}
