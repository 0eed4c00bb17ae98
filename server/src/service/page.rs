//! Lists, a page at a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightbell_domain::settings::Violation;
use nightbell_domain::time::Timestamp;

use crate::error::ServiceError;

const PAGE_SIZE_DEFAULT: i64 = 50;
const PAGE_SIZE_MAX: i64 = 500;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Asks for the next page; `None`: this was the last.
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// How many at the most. 0 means 50; more than 500 means 500.
    pub size: i32,
    /// The `next` of the page before; empty: the first page.
    pub token: String,
}

impl PageRequest {
    pub(super) fn limit(&self) -> i64 {
        match i64::from(self.size) {
            ..=0 => PAGE_SIZE_DEFAULT,
            size => size.min(PAGE_SIZE_MAX),
        }
    }

    /// Where the list of this `kind` goes on, as text.
    pub(super) fn after(&self, kind: &str) -> Result<Option<String>, ServiceError> {
        if self.token.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.token).map_err(|_| bad_token())?;
        let text = String::from_utf8(bytes).map_err(|_| bad_token())?;
        let after = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
        after.map(|after| Some(after.to_owned())).ok_or_else(bad_token)
    }

    /// Where a list in order of numbers goes on.
    pub(super) fn after_number(&self, kind: &str) -> Result<Option<i64>, ServiceError> {
        let after = self.after(kind)?;
        after.map(|after| after.parse().map_err(|_| bad_token())).transpose()
    }

    /// Where a list in order of time goes on.
    pub(super) fn after_time(
        &self,
        kind: &str,
    ) -> Result<Option<(Timestamp, String)>, ServiceError> {
        let Some(after) = self.after(kind)? else { return Ok(None) };
        let (millis, id) = after.split_once(' ').ok_or_else(bad_token)?;
        let millis = millis.parse().map_err(|_| bad_token())?;
        Ok(Some((Timestamp::from_millis(millis), id.to_owned())))
    }
}

impl<T> Page<T> {
    /// The page of `items`, of which one more than `limit` was asked for.
    pub(super) fn of(
        mut items: Vec<T>,
        limit: i64,
        kind: &str,
        place: impl FnOnce(&T) -> String,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| has_more)
            .map(|last| URL_SAFE_NO_PAD.encode(format!("{kind} {}", place(last))));
        Self { items, next }
    }
}

fn bad_token() -> ServiceError {
    ServiceError::Invalid(vec![Violation::new(
        "page_token",
        "BAD_PAGE_TOKEN",
        "must be the next_page_token of the page before",
    )])
}
