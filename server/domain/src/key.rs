//! Who may do what.
//!
//! A caller proves itself with an API key and becomes a [`Principal`]: a
//! project, a role, and what the key is bound to. What a role and a binding
//! allow is decided here; how a caller proves itself is not.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// What the ids of sessions begin with: keys that people get by signing in with their
/// provider, whose secret nobody knows. No text of an API key can have such an id.
pub const SESSION_ID_PREFIX: &str = "person-";

/// A project: the boundary of isolation. Everything belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProjectId(pub i64);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Registers schedulers and reports for them.
    Reporter,
    /// Reads everything of the project but its keys.
    Viewer,
    /// What reporter and viewer may, and acts: pauses, changes, acknowledges.
    Operator,
    /// Everything in the project.
    Admin,
}

/// What a call asks of the key that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Any good key.
    Key,
    /// Reporting for jobs.
    Report,
    /// Reading.
    Read,
    /// Acting on what is watched.
    Operate,
    /// Keys, channels and other settings of the project.
    Administer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Reporter, Role::Viewer, Role::Operator, Role::Admin];

    /// The role's number, as it is stored. It is a name, not an order of power:
    /// a viewer may not report.
    pub const fn rank(self) -> i32 {
        match self {
            Role::Reporter => 1,
            Role::Viewer => 2,
            Role::Operator => 3,
            Role::Admin => 4,
        }
    }

    /// The word used in every text and table.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Reporter => "reporter",
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// The role of this number.
    pub fn from_rank(rank: i32) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.rank() == rank)
    }

    /// Whether a key of this role may make a call that asks for `access`.
    pub const fn allows(self, access: Access) -> bool {
        match access {
            Access::Key => true,
            Access::Report => matches!(self, Role::Reporter | Role::Operator | Role::Admin),
            Access::Read => matches!(self, Role::Viewer | Role::Operator | Role::Admin),
            Access::Operate => matches!(self, Role::Operator | Role::Admin),
            Access::Administer => matches!(self, Role::Admin),
        }
    }
}

/// What a key is confined to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The only service it may speak for.
    pub service_name: Option<String>,
    /// What the ids of the schedulers it may speak for begin with.
    pub scheduler_id_prefix: Option<String>,
}

impl Binding {
    /// Whether a key so bound may speak for this scheduler.
    ///
    /// `service_name` is the service the scheduler belongs to, or will belong
    /// to once registered. Not knowing it is no way around a bound service.
    pub fn may_speak_for(&self, scheduler_id: &str, service_name: Option<&str>) -> bool {
        let is_its_service =
            self.service_name.is_none() || self.service_name.as_deref() == service_name;
        let is_its_scheduler = self
            .scheduler_id_prefix
            .as_deref()
            .is_none_or(|prefix| scheduler_id.starts_with(prefix));
        is_its_service && is_its_scheduler
    }
}

/// A caller that has proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The only project it can see.
    pub project: ProjectId,
    /// The public part of its key.
    pub key_id: String,
    /// The key's name for people.
    pub key_name: String,
    /// What it may do.
    pub role: Role,
    /// What it is confined to.
    pub binding: Binding,
    /// How many requests a second it may make, if not the default number.
    pub requests_per_second: Option<NonZeroU32>,
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The public part of its text.
    pub key_id: String,
    /// Whose it is.
    pub project: ProjectId,
    /// Its name for people.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it is confined to.
    pub binding: Binding,
    /// How many requests a second it may make, if not the default number.
    pub requests_per_second: Option<NonZeroU32>,
    /// The keyed hash of its secret; all that is kept of it.
    pub secret_hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether a key still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Good,
    /// It was ended.
    Revoked,
    /// It ended by itself.
    Expired,
}

impl Key {
    /// Whether the key counts at `now`.
    ///
    /// A revoked key counts nowhere, whatever the time of the revocation: the
    /// clock of the server that revoked it may be ahead of ours.
    pub fn standing(&self, now: Timestamp) -> Standing {
        if self.revoked_at.is_some() {
            return Standing::Revoked;
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Standing::Expired;
        }
        Standing::Good
    }

    /// Whether it is the session of a person, and nobody can present it as an API key.
    pub fn is_session(&self) -> bool {
        self.key_id.starts_with(SESSION_ID_PREFIX)
    }

    /// Who a caller with this key is.
    pub fn principal(&self) -> Principal {
        Principal {
            project: self.project,
            key_id: self.key_id.clone(),
            key_name: self.name.clone(),
            role: self.role,
            binding: self.binding.clone(),
            requests_per_second: self.requests_per_second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn roles_allow_what_the_contract_says() {
        use Access::{Administer, Key, Operate, Read, Report};
        let table = [
            (Role::Reporter, vec![Key, Report]),
            (Role::Viewer, vec![Key, Read]),
            (Role::Operator, vec![Key, Report, Read, Operate]),
            (Role::Admin, vec![Key, Report, Read, Operate, Administer]),
        ];
        for (role, allowed) in table {
            for access in [Key, Report, Read, Operate, Administer] {
                assert_eq!(role.allows(access), allowed.contains(&access), "{role:?} {access:?}");
            }
        }
    }

    #[test]
    fn ranks_name_roles() {
        for role in Role::ALL {
            assert_eq!(Role::from_rank(role.rank()), Some(role));
        }
        assert_eq!(Role::from_rank(0), None);
        assert_eq!(Role::from_rank(5), None);
    }

    #[test]
    fn a_prefix_confines_a_key() {
        let bound = Binding { scheduler_id_prefix: Some("svc-a-".to_owned()), service_name: None };
        assert!(bound.may_speak_for("svc-a-nightly", None));
        assert!(bound.may_speak_for("svc-a-nightly", Some("anything")));
        assert!(!bound.may_speak_for("svc-b-x", None));
        assert!(!bound.may_speak_for("SVC-A-nightly", None));
        assert!(!bound.may_speak_for("x-svc-a-nightly", None));
    }

    #[test]
    fn a_service_confines_a_key() {
        let bound = Binding { service_name: Some("billing".to_owned()), scheduler_id_prefix: None };
        assert!(bound.may_speak_for("anything", Some("billing")));
        assert!(!bound.may_speak_for("anything", Some("billing2")));
        assert!(!bound.may_speak_for("anything", None), "an unknown service is not its service");
    }

    proptest! {
        /// An unbound key speaks for all; a bound one for no more than that.
        #[test]
        fn bindings_only_take_away(id in "[a-z-]{0,8}", service in proptest::option::of("[a-z]{1,3}"),
                                   prefix in "[a-z-]{0,3}", bound_service in "[a-z]{1,3}") {
            prop_assert!(Binding::default().may_speak_for(&id, service.as_deref()));
            let both = Binding {
                service_name: Some(bound_service.clone()),
                scheduler_id_prefix: Some(prefix.clone()),
            };
            let expected = id.starts_with(&prefix) && service == Some(bound_service);
            prop_assert_eq!(both.may_speak_for(&id, service.as_deref()), expected);
        }
    }

    #[test]
    fn standing_follows_time_and_revocation() {
        let at = Timestamp::from_millis;
        let mut key = Key {
            key_id: "abc".to_owned(),
            project: ProjectId(1),
            name: "ci".to_owned(),
            role: Role::Reporter,
            binding: Binding::default(),
            requests_per_second: None,
            secret_hash: [0; 32],
            created_at: at(0),
            expires_at: Some(at(100)),
            revoked_at: None,
            last_used_at: None,
        };
        assert_eq!(key.standing(at(99)), Standing::Good);
        assert_eq!(key.standing(at(100)), Standing::Expired);
        key.revoked_at = Some(at(1_000));
        assert_eq!(key.standing(at(50)), Standing::Revoked, "a clock behind does not revive it");
    }
}
