//! The commands `keys create`, `keys list` and `keys revoke`, which work beside a
//! running server as well as without one.

use std::io::{self, Write as _};
use std::num::NonZeroU32;

use nightbell_domain::key::{Binding, Key, Standing};
use nightbell_domain::time::Timestamp;

use nightbell_proto::json::timestamp_to_text;

use crate::app::{Failure, Storage};
use crate::clock::{Clock as _, SystemClock};
use crate::config::command::NewKey;
use crate::config::settings::Settings;
use crate::service::keys::{NewKey as Wanted, make_key};
use crate::wire::time::timestamp;

/// Makes a key and prints its text, alone, on standard output.
///
/// # Errors
///
/// Which rule the wanted key breaks, or why the database cannot be used.
pub async fn create(settings: &Settings, new: NewKey) -> Result<(), Failure> {
    let storage = Storage::open(settings, false).await?;
    let now = SystemClock::default().now();
    let project = storage.store.project_ensure(&new.project, now).await?;
    let wanted = Wanted {
        name: new.name,
        role: new.role.into(),
        binding: Binding { service_name: new.service, scheduler_id_prefix: new.prefix },
        expires_at: new.expires_in.map(|span| now.plus(span)),
        requests_per_second: new.requests_per_second.and_then(NonZeroU32::new),
    };
    let made = make_key(storage.store.as_ref(), &storage.secret, project, wanted, now).await;
    let (_, key_text) = made.map_err(readable)?;
    Ok(writeln!(io::stdout(), "{key_text}")?)
}

/// Prints every key of every project, without texts.
///
/// # Errors
///
/// Why the database cannot be used.
pub async fn list(settings: &Settings) -> Result<(), Failure> {
    let storage = Storage::open(settings, false).await?;
    let now = SystemClock::default().now();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<12}  {:<8}  {:<20}  {:<24}  {:<7}  NAME",
        "KEY", "ROLE", "PROJECT", "CREATED", "STATE"
    )?;
    for key in storage.store.keys(None).await? {
        let project = storage.store.project_name(key.project).await?.unwrap_or_default();
        writeln!(
            out,
            "{:<12}  {:<8}  {:<20}  {:<24}  {:<7}  {}",
            key.key_id,
            key.role.word(),
            project,
            timestamp_to_text(&timestamp(key.created_at)).unwrap_or_default(),
            standing(&key, now),
            key.name
        )?;
    }
    Ok(())
}

/// Ends a key, at once also on a running server.
///
/// # Errors
///
/// That there is no such key, or why the database cannot be used.
pub async fn revoke(settings: &Settings, key_id: &str) -> Result<(), Failure> {
    let storage = Storage::open(settings, false).await?;
    let now = SystemClock::default().now();
    let revoked = storage.store.key_revoke(None, key_id, now).await?;
    revoked.ok_or_else(|| format!("there is no key {key_id}; see `keys list`"))?;
    Ok(())
}

fn standing(key: &Key, now: Timestamp) -> &'static str {
    match key.standing(now) {
        Standing::Good => "good",
        Standing::Revoked => "revoked",
        Standing::Expired => "expired",
    }
}

/// A refusal with every rule that was broken.
fn readable(error: crate::error::ServiceError) -> Failure {
    match error {
        crate::error::ServiceError::Invalid(violations) => {
            let rules: Vec<String> =
                violations.iter().map(|it| format!("{} {}", it.field, it.rule)).collect();
            rules.join("; ").into()
        }
        other => other.into(),
    }
}
