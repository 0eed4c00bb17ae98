//! What the SDK has to say, on standard error.
//!
//! Unless `NIGHTBELL_LOG` asks for more, that is what loses or holds reports, such as a
//! wrong key, in one line. An outage passes, and a job's mail from cron is the job's own.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::text;

/// What the SDK calls itself.
const TARGET: &str = "nightbell";

/// The last trouble, printed or not.
static TROUBLE: Mutex<Option<String>> = Mutex::new(None);

/// Prints from now on what `NIGHTBELL_LOG` asks for.
pub(crate) fn begin() {
    let asked = std::env::var("NIGHTBELL_LOG").ok().filter(|it| !it.trim().is_empty());
    let level = asked.as_deref().map(read).transpose().unwrap_or_else(|wrong| {
        text::complain(&wrong);
        None
    });
    let printer = Printer { level: level.unwrap_or(LevelFilter::ERROR), is_asked: level.is_some() };
    // There is none before it.
    let _ = tracing::subscriber::set_global_default(printer);
}

/// The last that went wrong between here and the server.
pub(crate) fn last_trouble() -> Option<String> {
    TROUBLE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn read(text: &str) -> Result<LevelFilter, String> {
    let bare = text.trim().strip_prefix("nightbell=").unwrap_or(text).trim().to_lowercase();
    match bare.as_str() {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" | "warning" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(format!(
            "NIGHTBELL_LOG is {text:?}, and none of off, error, warn, info, debug and trace"
        )),
    }
}

struct Printer {
    level: LevelFilter,
    /// Whoever asks is told when it was and how much it matters, too.
    is_asked: bool,
}

impl Subscriber for Printer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() <= self.level.max(LevelFilter::WARN)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level.max(LevelFilter::WARN))
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let level = *event.metadata().level();
        if level <= self.level {
            if self.is_asked {
                text::complain(&format!("{:.3} {level}: {}", text::now(), message.0));
            } else {
                text::complain(&message.0);
            }
        }
        if level <= Level::WARN {
            *TROUBLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(message.0);
        }
    }

    // The SDK has no spans.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_as_people_write_them() {
        for (text, level) in [
            ("off", LevelFilter::OFF),
            ("warning", LevelFilter::WARN),
            (" INFO ", LevelFilter::INFO),
            ("nightbell=debug", LevelFilter::DEBUG),
        ] {
            assert_eq!(read(text), Ok(level));
        }
        assert!(read("loud").unwrap_err().contains("\"loud\""));
    }
}
