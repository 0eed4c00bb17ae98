//! Owners: told by mail, once whoever reads the address has said that they want it.
//!
//! An address comes with a registration, from a key that may report and nothing more. So
//! it is asked first, unless the operator trusts its domain; until then what it was to be
//! told waits.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nightbell_domain::key::ProjectId;
use nightbell_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Services, fault, unstored};
use crate::channel::email::letter::Question;
use crate::channel::email::{self, EmailSettings, Mail};
use crate::channel::{self, Settings};
use crate::error::ServiceError;
use crate::store::{Asking, Attempt, Claim, Fate, Recipient, Settlement};
use crate::telemetry::Kind;

/// How often an address that does not answer is asked again.
const ASKED_EVERY: Duration = Duration::from_hours(7 * 24);

/// How many addresses of a project are asked in a day.
const ASKED_DAILY_MAX: i64 = 50;

/// How long an answer is taken.
const ANSWERED_WITHIN: Duration = Duration::from_hours(30 * 24);

/// What the link of a question is bound to: it opens nothing else.
const SEAL_CONTEXT: &[u8] = b"the address of an owner";

/// Who is asked, in the link of the question.
#[derive(Serialize, Deserialize)]
struct Asked {
    project: ProjectId,
    address: String,
    at: Timestamp,
}

impl Services {
    /// The address that the link of a question is about; `None`: it is none of ours, or
    /// too old.
    pub fn asked_address(&self, token: &str) -> Option<String> {
        self.asked(token).map(|asked| asked.address)
    }

    /// Takes the answer yes. The address; `None` as above.
    pub async fn confirm_owner(&self, token: &str) -> Result<Option<String>, ServiceError> {
        let Some(Asked { project, address, .. }) = self.asked(token) else { return Ok(None) };
        let confirmed = self.store().recipient_confirm(project, &address, self.now()).await;
        let is_known = confirmed.map_err(unstored)?;
        self.inner.outbox_bell.notify_one();
        Ok(is_known.then_some(address))
    }

    fn asked(&self, token: &str) -> Option<Asked> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = self.inner.parts.auth.secret().open(&sealed, SEAL_CONTEXT).ok()?;
        let asked: Asked = serde_json::from_slice(&plain).ok()?;
        (self.now().since(asked.at) <= ANSWERED_WITHIN).then_some(asked)
    }

    /// Why the owner that a claim is for may not be written to yet, in a few words; asks
    /// them if it is time to.
    pub(super) async fn unconfirmed(&self, claim: &Claim) -> Result<Option<String>, ServiceError> {
        let Some((mail, address)) = self.owner(claim) else { return Ok(None) };
        if mail.owner_domains.hold(address) {
            return Ok(None);
        }
        let asking = Asking { every: ASKED_EVERY, daily_max: ASKED_DAILY_MAX, now: self.now() };
        let folded = address.to_ascii_lowercase();
        let known = self.store().recipient_ask(claim.project, &folded, asking).await;
        Ok(match known.map_err(unstored)? {
            Recipient::Confirmed => None,
            Recipient::Asked => Some(format!("{address} has not confirmed yet")),
            Recipient::TooMany => {
                Some(format!("{address} is not asked yet: too many were in a day"))
            }
            Recipient::ToAsk => match self.ask(mail, claim, &folded).await {
                Ok(()) => Some(format!("{address} was asked to confirm")),
                Err(why) => {
                    tracing::warn!(why, "an owner could not be asked");
                    Some(format!("{address} could not be asked to confirm: {why}"))
                }
            },
        })
    }

    async fn ask(&self, mail: &Mail, claim: &Claim, address: &str) -> Result<(), String> {
        let token = self.token(claim.project, address).map_err(|error| error.to_string())?;
        let link = format!("{}/confirm/{token}", self.inner.parts.rules.address);
        let question = Question {
            project: &claim.project_name,
            scheduler: claim.about.scheduler_id.as_str(),
            link: &link,
        };
        email::ask(&self.inner.parts.ways_out.http, mail, address, &question).await
    }

    fn token(&self, project: ProjectId, address: &str) -> Result<String, ServiceError> {
        let asked = Asked { project, address: address.to_owned(), at: self.now() };
        let plain =
            serde_json::to_vec(&asked).map_err(|_| fault("a question cannot be written"))?;
        let sealed = self.inner.parts.auth.secret().seal(&plain, SEAL_CONTEXT);
        let sealed = sealed.map_err(|error| ServiceError::Internal(error.into()))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Makes one attempt at telling an owner.
    pub(super) async fn attempt_owner(&self, claim: &Claim) -> Settlement {
        let Some((_, address)) = self.owner(claim) else {
            return Settlement::new(Fate::Withheld, "not told: nobody is its owner by mail now");
        };
        let settings = mail_to(address);
        let (ways_out, notification) = (&self.inner.parts.ways_out, self.notification(claim));
        let (now, started) = (self.now(), tokio::time::Instant::now());
        let outcome = channel::send(ways_out, &settings, &notification, now).await;
        let attempt = Some(Attempt { began_at: now, took: started.elapsed() });
        let kind = Kind { kind: "owner", outcome: outcome.word() };
        self.metrics().deliveries.get_or_create(&kind).inc();
        Settlement { attempt, ..self.settle(claim, None, outcome).await }
    }

    /// How mail is sent, and to whom.
    fn owner<'a>(&'a self, claim: &'a Claim) -> Option<(&'a Mail, &'a str)> {
        let mail = self.inner.parts.ways_out.mail.as_ref()?;
        Some((mail, claim.settings.owner_email.as_deref()?))
    }
}

/// Mail to an owner, through the server's own mail server.
pub(super) fn mail_to(address: &str) -> Settings {
    Settings::Email(EmailSettings { to: vec![address.to_owned()], ..EmailSettings::default() })
}
