//! Who changed what.

use std::fmt::Display;

use nightbell_domain::audit::{Action, Entry, cut};
use nightbell_domain::key::Principal;

use super::{Page, PageRequest, Services, unstored};
use crate::error::ServiceError;
use crate::store::AuditQuery;

impl Services {
    /// A page of what was done in the project, the newest first, with the entries'
    /// numbers.
    ///
    /// # Errors
    ///
    /// A page token that is none, and what the database answers.
    pub async fn audit(
        &self,
        principal: &Principal,
        target: Option<String>,
        page: PageRequest,
    ) -> Result<Page<(i64, Entry)>, ServiceError> {
        let limit = page.limit();
        let before = page.after_number("audit")?;
        let query = AuditQuery { target, before, limit: limit + 1 };
        let found = self.store().audit(principal.project, query).await.map_err(unstored)?;
        Ok(Page::of(found, limit, "audit", |(id, _)| id.to_string()))
    }

    /// Notes what `principal` has done. The deed is done by now and is answered as such:
    /// that the note is missing is for the log to say.
    pub(super) async fn note(
        &self,
        principal: &Principal,
        action: Action,
        target: impl Display,
        note: &str,
    ) {
        let entry = Entry {
            at: self.now(),
            by: principal.key_name.clone(),
            key_id: principal.key_id.clone(),
            action: action.word().to_owned(),
            target: target.to_string(),
            note: cut(note),
        };
        if let Err(error) = self.store().audit_insert(principal.project, entry.clone()).await {
            tracing::error!(%error, ?entry, "what was done could not be noted");
        }
    }
}
