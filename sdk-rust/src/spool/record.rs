//! What stands in the files of the spool, and what becomes of every file found
//! there. Held to `proto/vectors/spool.json`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{RegisterSchedulerRequest, UpdateStatusRequest};

pub(super) const VERSION: u64 = 1;
const KINDS: [&str; 2] = ["register", "status"];
pub(super) const BYTES_MAX: u64 = 50 * 1024 * 1024;
pub(super) const AGE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
pub(super) const CLAIM_MAX: Duration = Duration::from_secs(300);
pub(super) const LITTER_MAX: Duration = Duration::from_secs(3600);
pub(super) const FILE_BYTES_MAX: u64 = 256 * 1024;

/// A report that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub(crate) enum Record {
    Register(RegisterSchedulerRequest),
    Status(UpdateStatusRequest),
}

impl Record {
    pub(crate) fn scheduler_id(&self) -> &str {
        match self {
            Self::Register(request) => &request.scheduler_id,
            Self::Status(report) => &report.scheduler_id,
        }
    }

    /// The text of its file.
    pub(super) fn text(&self, id: &str) -> Result<String, serde_json::Error> {
        let mut record = serde_json::to_value(self)?;
        record["v"] = VERSION.into();
        record["id"] = id.into();
        if let Some(body) = record["body"].as_object_mut() {
            body.remove("sent_at");
        }
        serde_json::to_string(&record)
    }
}

/// What is done with a file.
#[derive(Debug, PartialEq)]
pub(super) enum Then {
    Replay(Box<Record>),
    Leave,
    Remove,
}

/// A name that some SDK made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) at_ms: u64,
    /// As it was before it was claimed.
    pub(super) original: &'a str,
    pub(super) form: Form,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Form {
    Ready,
    Unfinished,
    Claimed { at_ms: u64 },
}

impl<'a> Name<'a> {
    /// None: it is somebody else's.
    pub(super) fn read(name: &'a str) -> Option<Self> {
        let (stem, rest) = name.split_once('.')?;
        let (millis, id) = stem.split_once('-')?;
        if millis.len() != 13 || uuid::Uuid::try_parse(id).is_err() {
            return None;
        }
        let at_ms = millis.parse().ok()?;
        let (form, length) = match rest {
            "json" => (Form::Ready, name.len()),
            "tmp" => (Form::Unfinished, name.len()),
            _ => {
                let (seconds, _) = rest.strip_prefix("json.claimed-")?.split_once('-')?;
                let at_ms = seconds.parse::<u64>().ok()?.saturating_mul(1000);
                (Form::Claimed { at_ms }, stem.len() + ".json".len())
            }
        };
        Some(Self { at_ms, original: &name[..length], form })
    }

    /// Whether its content matters now; else see [`Name::without_content`].
    pub(super) fn is_to_be_read(&self, now_ms: u64) -> bool {
        let is_fresh = !is_older(self.at_ms, now_ms, AGE_MAX);
        is_fresh
            && match self.form {
                Form::Ready => true,
                Form::Claimed { at_ms } => is_older(at_ms, now_ms, CLAIM_MAX),
                Form::Unfinished => false,
            }
    }

    /// What is done with a file whose content does not matter.
    pub(super) fn without_content(&self, now_ms: u64) -> Then {
        let is_over = match self.form {
            Form::Ready => is_older(self.at_ms, now_ms, AGE_MAX),
            Form::Unfinished => is_older(self.at_ms, now_ms, LITTER_MAX),
            Form::Claimed { at_ms } => {
                is_older(self.at_ms, now_ms, AGE_MAX) && is_older(at_ms, now_ms, CLAIM_MAX)
            }
        };
        if is_over { Then::Remove } else { Then::Leave }
    }
}

fn is_older(at_ms: u64, now_ms: u64, limit: Duration) -> bool {
    u128::from(now_ms.saturating_sub(at_ms)) > limit.as_millis()
}

/// What is done with a file by what stands in it.
pub(super) fn read(text: &str) -> Then {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else { return Then::Remove };
    let is_newer = object.get("v").and_then(Value::as_u64).is_some_and(|it| it > VERSION);
    let kind = object.get("kind").and_then(Value::as_str);
    if is_newer || kind.is_some_and(|kind| !KINDS.contains(&kind)) {
        return Then::Leave;
    }
    match serde_json::from_value(Value::Object(object)) {
        Ok(record) => Then::Replay(Box::new(record)),
        Err(_) => Then::Remove,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::vectors::{read as vectors, seconds};

    #[test]
    fn every_file_found_is_dealt_with_as_agreed() {
        let vectors = vectors("spool.json");
        let now = vectors["now_ms"].as_u64().unwrap();
        for case in vectors["files"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let then = match Name::read(name) {
                None => Then::Leave,
                Some(name) if name.is_to_be_read(now) => read(case["text"].as_str().unwrap()),
                Some(name) => name.without_content(now),
            };
            let word = match then {
                Then::Replay(_) => "replay",
                Then::Leave => "leave",
                Then::Remove => "remove",
            };
            assert_eq!(word, case["then"], "{}", case["what"]);
        }
    }

    #[test]
    fn records_have_the_shared_form_and_come_back_as_they_went() {
        for case in vectors("spool.json")["records"].as_array().unwrap() {
            let Then::Replay(record) = read(&case["record"].to_string()) else { panic!("{case}") };
            let text = record.text(case["record"]["id"].as_str().unwrap()).unwrap();
            let written: Value = serde_json::from_str(&text).unwrap();
            let mut expected = case["record"].clone();
            // The same instant, without the zeros at its end.
            if let Some(time) = expected["body"].get_mut("timestamp") {
                *time = json!("2026-11-23T01:00:02.5Z");
            }
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_is_set_on_sending_is_never_written() {
        let record = Record::Status(UpdateStatusRequest {
            scheduler_id: "eod".to_owned(),
            sent_at: Some(std::time::SystemTime::UNIX_EPOCH),
            ..Default::default()
        });
        let text = record.text("id").unwrap();
        for word in vectors("spool.json")["never_written"].as_array().unwrap() {
            assert!(!text.contains(word.as_str().unwrap()), "{word}: {text}");
        }
    }

    #[test]
    fn bounds_are_as_agreed() {
        let vectors = vectors("spool.json");
        assert_eq!(vectors["version"], VERSION);
        assert_eq!(vectors["bytes_max"], BYTES_MAX);
        assert_eq!(vectors["file_bytes_max"], FILE_BYTES_MAX);
        assert_eq!(seconds(&vectors["age_max_s"]), AGE_MAX);
        assert_eq!(seconds(&vectors["claim_max_s"]), CLAIM_MAX);
        assert_eq!(seconds(&vectors["litter_max_s"]), LITTER_MAX);
        assert_eq!(vectors["batch_max"], crate::spool::BATCH_MAX);
    }
}
