//! Reports that wait on disk until this process, or any later one in any language,
//! sends them with their original times. `proto/vectors/README.md` has the format.

mod record;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

pub(crate) use self::record::Record;
use self::record::{BYTES_MAX, FILE_BYTES_MAX, Form, Name, Then};
use crate::clock::{self, millis};

/// How many reports are replayed in one call.
pub(crate) const BATCH_MAX: usize = 500;
/// How many reports are written before the folder is measured again.
const WRITES_PER_LOOK: u32 = 256;

/// The folder of one server.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    written: Mutex<Written>,
}

#[derive(Debug, Default)]
struct Written {
    last_ms: u64,
    since_look: u32,
}

impl Spool {
    pub(crate) fn new(directory: &Path, url: &str) -> Self {
        Self { folder: directory.join(folder_name(url)), written: Mutex::default() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a report so that it is there whole or not at all.
    pub(crate) fn write(&self, record: &Record) -> io::Result<()> {
        let name = {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.last_ms = written.last_ms.max(millis(clock::now()));
            if written.since_look == 0 {
                make_folder(&self.folder)?;
                self.trim()?;
            }
            written.since_look = (written.since_look + 1) % WRITES_PER_LOOK;
            stem(written.last_ms, &uuid::Uuid::now_v7().to_string())
        };
        let id = &name[14..];
        let unfinished = self.folder.join(format!("{name}.tmp"));
        let text = record.text(id)?;
        let written = write_new(&unfinished, &text).or_else(|error| match error.kind() {
            // Somebody removed the folder meanwhile.
            io::ErrorKind::NotFound => {
                make_folder(&self.folder)?;
                write_new(&unfinished, &text)
            }
            _ => Err(error),
        });
        let done = written
            .and_then(|()| fs::rename(&unfinished, self.folder.join(format!("{name}.json"))));
        if done.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        done
    }

    /// Takes up to `most` reports that are wanted, the oldest first, for nobody else to send.
    pub(crate) fn claim(&self, most: usize, is_wanted: impl Fn(&Record) -> bool) -> Vec<Claim> {
        let now = clock::now();
        let mut claims = vec![];
        for name in self.names() {
            if claims.len() >= most {
                break;
            }
            let Some(known) = Name::read(&name) else { continue };
            let path = self.folder.join(&name);
            if !known.is_to_be_read(millis(now)) {
                if known.without_content(millis(now)) == Then::Remove {
                    let _ = fs::remove_file(&path);
                }
                continue;
            }
            // One that is not wanted is given back.
            claims.extend(self.claim_one(&path, &known, now).filter(|it| is_wanted(&it.record)));
        }
        claims
    }

    fn claim_one(&self, path: &Path, name: &Name<'_>, now: SystemTime) -> Option<Claim> {
        let seconds = millis(now) / 1000;
        let chance = fastrand::u64(..) & 0xffff_ffff_ffff;
        let claimed = self.folder.join(format!(
            "{}.claimed-{seconds}-{}-{chance:012x}",
            name.original,
            std::process::id()
        ));
        fs::rename(path, &claimed).ok()?;
        let original = self.folder.join(name.original);
        // What cannot be opened now may be whole: only what stands in it decides.
        match read_bounded(&claimed).map_or(Then::Leave, |text| record::read(&text)) {
            Then::Replay(record) => {
                Some(Claim { record: *record, claimed, original, is_open: true })
            }
            Then::Leave => {
                let _ = fs::rename(&claimed, &original);
                None
            }
            Then::Remove => {
                let _ = fs::remove_file(&claimed);
                None
            }
        }
    }

    /// The reports that wait, with the time at which each was written.
    pub(crate) fn list(&self) -> Vec<(u64, String)> {
        let names = self.names().into_iter();
        names
            .filter_map(|name| {
                let known = Name::read(&name)?;
                (known.form != Form::Unfinished).then_some((known.at_ms, name.clone()))
            })
            .collect()
    }

    /// The text of one of those.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        read_bounded(&self.folder.join(name)).ok()
    }

    /// How many reports there are, those included that are being sent.
    pub(crate) fn waiting(&self) -> usize {
        self.list().len()
    }

    fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return vec![] };
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort_unstable();
        names
    }

    /// Makes room: the oldest go first.
    fn trim(&self) -> io::Result<()> {
        let mut files = vec![];
        let mut bytes = 0;
        for name in self.names() {
            if Name::read(&name).is_none() {
                continue;
            }
            let path = self.folder.join(name);
            let Ok(metadata) = fs::metadata(&path) else { continue };
            bytes += metadata.len();
            files.push((path, metadata.len()));
        }
        for (path, length) in files {
            if bytes + u64::from(WRITES_PER_LOOK) * FILE_BYTES_MAX / 16 <= BYTES_MAX {
                break;
            }
            match fs::remove_file(path) {
                // Another process was quicker.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => bytes -= length,
            }
        }
        Ok(())
    }
}

/// A report that this process is sending. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) record: Record,
    claimed: PathBuf,
    original: PathBuf,
    is_open: bool,
}

impl Claim {
    /// The server has it, or will never take it.
    pub(crate) fn remove(mut self) {
        self.is_open = false;
        let _ = fs::remove_file(&self.claimed);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.is_open {
            let _ = fs::rename(&self.claimed, &self.original);
        }
    }
}

/// The name of a report's file, without what says how far it is.
fn stem(at_ms: u64, id: &str) -> String {
    format!("{at_ms:013}-{id}")
}

fn folder_name(url: &str) -> String {
    let digest = Sha256::digest(url.as_bytes());
    let mut name = String::new();
    for byte in digest.iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// As text; what is no text, or far too long to be one of ours, is read as empty.
fn read_bounded(path: &Path) -> io::Result<String> {
    let mut bytes = vec![];
    fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    bytes.truncate(if bytes.len() as u64 > FILE_BYTES_MAX { 0 } else { bytes.len() });
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::UpdateStatusRequest;
    use crate::config::address;
    use crate::vectors::read;

    fn status(id: &str) -> Record {
        Record::Status(UpdateStatusRequest { scheduler_id: id.to_owned(), ..Default::default() })
    }

    #[test]
    fn every_server_has_its_folder() {
        for case in read("spool.json")["folders"].as_array().unwrap() {
            let url = address(case["url"].as_str().unwrap()).unwrap();
            assert_eq!(folder_name(&url), case["folder"].as_str().unwrap());
        }
    }

    #[test]
    fn every_report_has_its_name_and_names_sort_by_time() {
        let vectors = read("spool.json");
        for case in vectors["names"].as_array().unwrap() {
            let at_ms = case["at_ms"].as_u64().unwrap();
            let name = format!("{}.json", stem(at_ms, case["id"].as_str().unwrap()));
            assert_eq!(name, case["name"].as_str().unwrap());
            assert_eq!(Name::read(&name).unwrap().at_ms, at_ms);
        }
        for case in vectors["order"].as_array().unwrap() {
            let directory = tempfile::tempdir().unwrap();
            let spool = Spool::new(directory.path(), "http://here");
            make_folder(&spool.folder).unwrap();
            for name in case["names"].as_array().unwrap() {
                fs::write(spool.folder.join(name.as_str().unwrap()), "").unwrap();
            }
            assert_eq!(serde_json::to_value(spool.names()).unwrap(), case["sorted"]);
        }
    }

    #[test]
    fn reports_come_back_in_their_order_and_nobody_else_gets_them() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        for id in ["a", "b", "c"] {
            spool.write(&status(id)).unwrap();
        }
        let claims = spool.claim(2, |_| true);
        let records: Vec<&Record> = claims.iter().map(|claim| &claim.record).collect();
        assert_eq!(records, [&status("a"), &status("b")]);
        let other = Spool::new(directory.path(), "http://here");
        assert_eq!(other.claim(9, |_| true).len(), 1);
        drop(claims);
        assert_eq!(other.claim(9, |_| true).len(), 3);
        for claim in other.claim(9, |_| true) {
            claim.remove();
        }
        assert_eq!(spool.waiting(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_them() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        spool.write(&status("a")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&spool.folder), 0o700);
        let name = spool.names().pop().unwrap();
        assert_eq!(mode(&spool.folder.join(name)), 0o600);
    }

    #[test]
    fn a_disk_that_takes_nothing_is_an_error_and_leaves_no_litter() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Spool::new(&file, "http://here").write(&status("a")).is_err());
    }

    #[test]
    fn a_report_that_cannot_be_read_now_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        let name =
            format!("{:013}-019ab1c2-7d3f-7a41-8f00-0123456789ab.json", millis(clock::now()));
        fs::create_dir_all(spool.folder.join(&name)).unwrap();
        assert!(spool.claim(9, |_| true).is_empty());
        assert_eq!(spool.names(), [name]);
    }

    #[test]
    fn a_folder_that_somebody_removed_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        spool.write(&status("a")).unwrap();
        fs::remove_dir_all(&spool.folder).unwrap();
        spool.write(&status("b")).unwrap();
        assert_eq!(spool.waiting(), 1);
    }

    #[test]
    fn reports_that_nobody_wants_now_keep_no_others_behind_them() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        for id in ["a", "a", "b"] {
            spool.write(&status(id)).unwrap();
        }
        let claims = spool.claim(1, |record| record.scheduler_id() != "a");
        assert_eq!(claims.iter().map(|it| &it.record).collect::<Vec<_>>(), [&status("b")]);
        assert_eq!(spool.claim(9, |_| true).len(), 2);
    }

    #[test]
    fn the_oldest_make_room() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), "http://here");
        spool.write(&status("new")).unwrap();
        let name = "1763859600123-019ab1c2-7d3f-7a41-8f00-0123456789ab.json";
        let big = fs::File::create(spool.folder.join(name)).unwrap();
        big.set_len(BYTES_MAX).unwrap();
        spool.trim().unwrap();
        assert_eq!(spool.waiting(), 1);
        assert!(!spool.folder.join(name).exists());
    }
}
