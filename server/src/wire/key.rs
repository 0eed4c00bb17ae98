//! API keys, and what calls ask of them.

use std::num::NonZeroU32;

use nightbell_domain::key::{Access, Binding, Key, Role};
use nightbell_domain::settings::Violation;
use nightbell_domain::time::Timestamp;
use nightbell_proto::v1;

use super::text::{checked, name, unless_empty};
use super::{time, unless_violated};
use crate::error::ServiceError;
use crate::service::keys::NewKey;

const NAME_CHARACTERS_MAX: usize = 100;
const SERVICE_CHARACTERS_MAX: usize = 200;
const PREFIX_CHARACTERS_MAX: usize = nightbell_domain::id::SCHEDULER_ID_CHARS_MAX;
const REQUESTS_PER_SECOND_MAX: u32 = 100_000;

/// What a call asks of the caller's key. `None` for a call without a rule, which the
/// contract does not allow.
pub fn access(access: v1::Access) -> Option<Access> {
    match access {
        v1::Access::Unspecified => None,
        v1::Access::Key => Some(Access::Key),
        v1::Access::Report => Some(Access::Report),
        v1::Access::Read => Some(Access::Read),
        v1::Access::Operate => Some(Access::Operate),
        v1::Access::Administer => Some(Access::Administer),
    }
}

/// A key as the caller reads it.
pub fn shown(key: Key) -> v1::Key {
    v1::Key {
        key_id: key.key_id,
        name: key.name,
        role: role(key.role).into(),
        service_name: key.binding.service_name.unwrap_or_default(),
        scheduler_id_prefix: key.binding.scheduler_id_prefix.unwrap_or_default(),
        created_at: Some(time::timestamp(key.created_at)),
        expires_at: key.expires_at.map(time::timestamp),
        revoked_at: key.revoked_at.map(time::timestamp),
        last_used_at: key.last_used_at.map(time::timestamp),
        requests_per_second: key.requests_per_second.map_or(0, NonZeroU32::get),
    }
}

/// What is asked of a new key.
///
/// # Errors
///
/// Every rule that is broken.
pub fn new_key(message: v1::CreateKeyRequest, now: Timestamp) -> Result<NewKey, ServiceError> {
    let mut violations = Vec::new();
    let name = name("name", message.name, NAME_CHARACTERS_MAX, &mut violations);
    let role = asked_role(message.role, &mut violations);
    let binding = Binding {
        service_name: unless_empty(checked(
            "service_name",
            message.service_name,
            SERVICE_CHARACTERS_MAX,
            &mut violations,
        )),
        scheduler_id_prefix: unless_empty(checked(
            "scheduler_id_prefix",
            message.scheduler_id_prefix,
            PREFIX_CHARACTERS_MAX,
            &mut violations,
        )),
    };
    if let Some(role) = role {
        bound_only_for_reporters(role, &binding, &mut violations);
    }
    let expires_at = expiry(message.expires_at, now, &mut violations);
    let rate = message.requests_per_second;
    if rate > REQUESTS_PER_SECOND_MAX {
        let most = format!("must be at most {REQUESTS_PER_SECOND_MAX}");
        violations.push(Violation::new("requests_per_second", "OUT_OF_RANGE", most));
    }
    let Some(role) = role else { return Err(ServiceError::Invalid(violations)) };
    let requests_per_second = NonZeroU32::new(rate);
    unless_violated(NewKey { name, role, binding, expires_at, requests_per_second }, violations)
}

fn role(role: Role) -> v1::Role {
    match role {
        Role::Reporter => v1::Role::Reporter,
        Role::Viewer => v1::Role::Viewer,
        Role::Operator => v1::Role::Operator,
        Role::Admin => v1::Role::Admin,
    }
}

fn asked_role(number: i32, violations: &mut Vec<Violation>) -> Option<Role> {
    let role = v1::Role::try_from(number).ok().and_then(|role| match role {
        v1::Role::Unspecified => None,
        v1::Role::Reporter => Some(Role::Reporter),
        v1::Role::Viewer => Some(Role::Viewer),
        v1::Role::Operator => Some(Role::Operator),
        v1::Role::Admin => Some(Role::Admin),
    });
    if role.is_none() {
        let words = "must be one of reporter, viewer, operator, admin";
        violations.push(Violation::new("role", "BAD_ROLE", words));
    }
    role
}

fn bound_only_for_reporters(role: Role, binding: &Binding, violations: &mut Vec<Violation>) {
    let bounds = [
        ("service_name", &binding.service_name),
        ("scheduler_id_prefix", &binding.scheduler_id_prefix),
    ];
    for (field, bound) in bounds {
        if role != Role::Reporter && bound.is_some() {
            let whose = "is only for keys of role reporter";
            violations.push(Violation::new(field, "ONLY_FOR_REPORTERS", whose));
        }
    }
}

fn expiry(
    sent: Option<prost_types::Timestamp>,
    now: Timestamp,
    violations: &mut Vec<Violation>,
) -> Option<Timestamp> {
    let expires_at = time::instant(sent?).filter(|expires_at| *expires_at > now);
    if expires_at.is_none() {
        let rule = "must be a time in the future, before the year 9999";
        violations.push(Violation::new("expires_at", "BAD_TIMESTAMP", rule));
    }
    expires_at
}

#[cfg(test)]
mod tests {
    use nightbell_domain::key::ProjectId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn asked() -> v1::CreateKeyRequest {
        v1::CreateKeyRequest {
            name: "ci".to_owned(),
            role: v1::Role::Reporter.into(),
            scheduler_id_prefix: "svc-a-".to_owned(),
            ..v1::CreateKeyRequest::default()
        }
    }

    fn refused(message: v1::CreateKeyRequest) -> Vec<(String, &'static str)> {
        let Err(ServiceError::Invalid(found)) = new_key(message, NOW) else { panic!("taken") };
        found.into_iter().map(|violation| (violation.field, violation.reason)).collect()
    }

    #[test]
    fn a_new_key_has_what_was_asked() {
        let new = new_key(asked(), NOW).unwrap();
        assert_eq!((new.role, new.requests_per_second), (Role::Reporter, None));
        assert_eq!(new.binding.scheduler_id_prefix.as_deref(), Some("svc-a-"));
        assert_eq!(new.binding.service_name, None);
    }

    #[test]
    fn every_rule_a_new_key_breaks_is_told() {
        let found = refused(v1::CreateKeyRequest {
            name: String::new(),
            role: 0,
            service_name: "s".repeat(201),
            scheduler_id_prefix: "p".repeat(129),
            expires_at: Some(time::timestamp(NOW)),
            requests_per_second: 100_001,
        });
        let fields: Vec<_> =
            found.iter().map(|(field, reason)| (field.as_str(), *reason)).collect();
        assert_eq!(
            fields,
            [
                ("name", "BAD_NAME"),
                ("role", "BAD_ROLE"),
                ("service_name", "TOO_LONG"),
                ("scheduler_id_prefix", "TOO_LONG"),
                ("expires_at", "BAD_TIMESTAMP"),
                ("requests_per_second", "OUT_OF_RANGE"),
            ]
        );
        let bound = v1::CreateKeyRequest { role: v1::Role::Admin.into(), ..asked() };
        assert_eq!(refused(bound), [("scheduler_id_prefix".to_owned(), "ONLY_FOR_REPORTERS")]);
    }

    #[test]
    fn every_role_comes_back_and_every_call_asks_for_something() {
        for known in Role::ALL {
            assert_eq!(asked_role(role(known).into(), &mut Vec::new()), Some(known));
        }
        for method in nightbell_proto::method::METHODS {
            assert!(access(method.access).is_some(), "{}", method.path);
        }
    }

    #[test]
    fn a_key_is_shown_without_its_secret() {
        let shown = shown(Key {
            key_id: "abc".to_owned(),
            project: ProjectId(1),
            name: "ci".to_owned(),
            role: Role::Viewer,
            binding: Binding::default(),
            requests_per_second: NonZeroU32::new(7),
            secret_hash: [9; 32],
            created_at: NOW,
            expires_at: None,
            revoked_at: Some(NOW),
            last_used_at: None,
        });
        assert_eq!((shown.role(), shown.requests_per_second), (v1::Role::Viewer, 7));
        assert_eq!(shown.revoked_at, Some(time::timestamp(NOW)));
    }
}
