//! What the database server must promise before it is used.

use diesel::sql_types::{Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::statement::statement;
use crate::store::StoreError;

/// The oldest PostgreSQL that is used.
const VERSION_MIN: u32 = 130_000;

statement! {
    /// Settings by name; those that the server does not know are NULL.
    Settings { names: Vec<&'static str> } -> (Text, Nullable<Text>)
    { "SELECT n, current_setting(n, true) FROM unnest(" (names as diesel::sql_types::Array<Text>)
      ") AS n" }
}

/// Refuses a server that would lose what it has acknowledged, and warns of one that
/// may. What a compatible database does not know is not asked of it.
pub(super) async fn check(c: &mut AsyncPgConnection) -> Result<(), StoreError> {
    let names = vec!["server_version_num", "fsync", "full_page_writes", "synchronous_commit"];
    let rows: Vec<(String, Option<String>)> = Settings { names }.load(c).await?;
    for (name, value) in rows {
        if let Some(value) = value {
            judge(&name, &value)?;
        }
    }
    Ok(())
}

fn judge(name: &str, value: &str) -> Result<(), StoreError> {
    let refused = |what: &str| Err(StoreError::Unavailable(what.to_owned()));
    match (name, value) {
        ("server_version_num", text) if text.parse().is_ok_and(|it: u32| it < VERSION_MIN) => {
            refused("the database is older than PostgreSQL 13; use a newer one")
        }
        ("fsync" | "full_page_writes", "off") => refused(&format!(
            "the database runs with {name} = off and would lose what it has acknowledged; \
             turn it on"
        )),
        ("synchronous_commit", "off") => refused(
            "the database runs with synchronous_commit = off and would lose what it has \
             acknowledged; set it to on, at least for Nightbell's user",
        ),
        ("synchronous_commit", "local" | "remote_write") => {
            tracing::warn!(
                synchronous_commit = value,
                "what is acknowledged may be lost when a standby takes over; on is safer"
            );
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_loses_what_it_acknowledged_is_refused() {
        for (name, value) in [
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
            ("server_version_num", "120022"),
        ] {
            assert!(judge(name, value).is_err(), "{name} = {value}");
        }
        for (name, value) in [
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("synchronous_commit", "remote_apply"),
            ("synchronous_commit", "local"),
            ("server_version_num", "150018"),
        ] {
            assert!(judge(name, value).is_ok(), "{name} = {value}");
        }
    }
}
