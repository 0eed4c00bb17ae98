//! The machine that the figures are of.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::{Error, clock};

/// How many blocks are written to know the disk.
const SYNCS: u32 = 200;

/// What the figures depend on and the server does not.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    pub(crate) processor: String,
    pub(crate) kernel: String,
    /// How many processes wanted to run on average in the minute before.
    pub(crate) load_before: String,
    /// The median time to append 4 KiB to a file and have it on disk.
    pub(crate) fdatasync_us: f64,
}

impl Machine {
    /// Looks at this machine, and at the disk of `folder`.
    pub(crate) fn look(folder: &Path) -> Result<Self, Error> {
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let processor = processors
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown", |(_, name)| name);
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            processor: processor.to_owned(),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            fdatasync_us: sync_time(folder)?.as_secs_f64() * 1e6,
        })
    }
}

fn sync_time(folder: &Path) -> Result<Duration, Error> {
    let folder = tempfile::tempdir_in(folder)?;
    let mut file = File::create(folder.path().join("sync"))?;
    let mut waits = Histogram::default();
    for _ in 0..SYNCS {
        let started_at = clock::now();
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        waits.record(started_at.elapsed());
    }
    Ok(waits.percentile(50))
}
