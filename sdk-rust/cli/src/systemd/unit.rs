//! The files of units, as systemd puts them together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where units lie; the first of a name counts.
pub(crate) const FOLDERS: &[&str] = &[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The settings of a unit in the order in which they count, the section left out.
#[derive(Debug, Default)]
pub(crate) struct Unit(Vec<(String, String)>);

impl Unit {
    /// Reads a unit with all that is dropped in. None: there is none, or it is masked.
    pub(crate) fn load(name: &str, folders: &[PathBuf]) -> Option<Self> {
        let path = file(name, folders).or_else(|| file(&template(name)?, folders))?;
        let mut unit = Self::default();
        unit.add(&read(&path).filter(|text| !text.is_empty())?);
        for path in drop_ins(name, folders) {
            unit.add(&read(&path).unwrap_or_default());
        }
        Some(unit)
    }

    fn add(&mut self, text: &str) {
        for line in joined(text) {
            if let Some((key, value)) = line.split_once('=') {
                self.0.push((key.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    /// The values of settings that share one list, with their names. An empty one begins the
    /// list anew.
    pub(crate) fn list(&self, keys: &[&str]) -> Vec<(&str, &str)> {
        let mut values = vec![];
        for (key, value) in self.0.iter().filter(|(key, _)| keys.contains(&key.as_str())) {
            if value.is_empty() {
                values.clear();
            } else {
                values.push((key.as_str(), value.as_str()));
            }
        }
        values
    }

    /// The value of a setting that has one.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.list(&[key]).last().map(|(_, value)| *value)
    }
}

/// The names of all timers, templates left out: nothing runs by them. Each with whether it is
/// enabled, as far as the folders tell.
pub(crate) fn timers(folders: &[PathBuf]) -> BTreeMap<String, Option<bool>> {
    let wanted = folders.iter().flat_map(|folder| entries(folder)).filter(|path| {
        path.extension().is_some_and(|it| it == "wants" || it == "requires") && path.is_dir()
    });
    let wanted: Vec<PathBuf> = wanted.collect();
    let is_enabled = |name: &str| {
        let is_linked = |folder: &PathBuf| folder.join(name).is_symlink();
        (!wanted.is_empty()).then(|| wanted.iter().any(is_linked))
    };
    let all = folders.iter().flat_map(|folder| entries(folder));
    let names = all.filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let is_timer = path.extension()? == "timer" && !name.contains('@');
        is_timer.then(|| (name.to_owned(), is_enabled(name)))
    });
    names.collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|it| Some(it.ok()?.path())).collect()
}

fn file(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    // A link that leads nowhere is there all the same.
    folders.iter().map(|folder| folder.join(name)).find(|path| path.is_symlink() || path.exists())
}

fn read(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

/// `eod@.service` of `eod@berlin.service`.
fn template(name: &str) -> Option<String> {
    let (first, rest) = name.split_once('@')?;
    Some(format!("{first}@.{}", rest.rsplit_once('.')?.1))
}

/// What is dropped in: of one name the first counts, and all go by their names.
fn drop_ins(name: &str, folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut places = vec![format!("{name}.d")];
    places.extend(template(name).map(|it| format!("{it}.d")));
    if let Some((stem, kind)) = name.rsplit_once('.') {
        let dashes = stem.match_indices('-').map(|(end, _)| &stem[..=end]);
        let prefixes: Vec<String> = dashes.map(|start| format!("{start}.{kind}.d")).collect();
        places.extend(prefixes.into_iter().rev());
        places.push(format!("{kind}.d"));
    }
    let mut found = BTreeMap::new();
    for place in &places {
        for path in folders.iter().flat_map(|folder| entries(&folder.join(place))) {
            if path.extension().is_some_and(|it| it == "conf") {
                found.entry(path.file_name().map(ToOwned::to_owned)).or_insert(path);
            }
        }
    }
    found.into_values().collect()
}

/// The lines that are no comments, each with those that continue it.
fn joined(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let mut is_open = false;
    for line in text.lines().filter(|it| !it.trim_start().starts_with(['#', ';'])) {
        let (part, continues) = match line.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some(last) if is_open => {
                last.truncate(last.trim_end().len());
                last.push(' ');
                last.push_str(part.trim_start());
            }
            _ => lines.push(part.to_owned()),
        }
        is_open = continues;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of units.
    fn units(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folders = ["etc", "lib"].map(|it| folder.path().join(it)).to_vec();
        (folder, folders)
    }

    #[test]
    fn a_unit_is_read_with_what_is_dropped_in() {
        let (_folder, folders) = units(&[
            ("lib/a-b.service", "[Service]\nExecStart=/opt/a \\\n# why\n  --x\nType=oneshot\n"),
            ("etc/a-b.service.d/20.conf", "[Service]\nExecStart=\nExecStart=/opt/c\n"),
            ("lib/a-b.service.d/20.conf", "[Service]\nExecStart=/opt/hidden\n"),
            ("lib/a-.service.d/10.conf", "[Service]\nExecStart=/opt/b\nType=exec\n"),
            ("etc/b.service", ""),
            ("lib/b.service", "[Service]\nExecStart=/opt/b\n"),
            ("lib/t@.service", "[Service]\nExecStart=/opt/t\n"),
        ]);
        let unit = Unit::load("a-b.service", &folders).unwrap();
        assert_eq!(unit.list(&["ExecStart"]), [("ExecStart", "/opt/c")]);
        assert_eq!(unit.value("Type"), Some("exec"));
        assert!(Unit::load("b.service", &folders).is_none(), "it is masked");
        let unit = Unit::load("t@x.service", &folders).unwrap();
        assert_eq!(unit.value("ExecStart"), Some("/opt/t"));
        assert_eq!(joined("A=/opt/a \\\n  --x\nB=1\n"), ["A=/opt/a --x", "B=1"]);
    }

    #[test]
    fn timers_are_found_and_whether_they_are_enabled() {
        let (_folder, folders) =
            units(&[("lib/a.timer", "x"), ("lib/t@.timer", "x"), ("etc/b.timer", "x")]);
        let found = timers(&folders);
        assert_eq!(found, [("a.timer".into(), None), ("b.timer".into(), None)].into());
        let wants = folders[0].join("timers.target.wants");
        fs::create_dir_all(&wants).unwrap();
        std::os::unix::fs::symlink("/nowhere", wants.join("a.timer")).unwrap();
        let found = timers(&folders);
        assert_eq!(found, [("a.timer".into(), Some(true)), ("b.timer".into(), Some(false))].into());
    }
}
