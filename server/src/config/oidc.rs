//! The settings of the provider that people sign in with.

use crate::auth::oidc::roles::Roles;
use crate::auth::oidc::{CLAIM_DEFAULT, Issuer, Provider};

use super::settings::Source;

const ISSUER: &str = "NIGHTBELL_OIDC_ISSUER";
const CLIENT_ID: &str = "NIGHTBELL_OIDC_CLIENT_ID";
const SECRET_FILE: &str = "NIGHTBELL_OIDC_CLIENT_SECRET_FILE";
const CLAIM: &str = "NIGHTBELL_OIDC_CLAIM";
const ROLES: &str = "NIGHTBELL_OIDC_ROLES";
const PUBLIC_URL: &str = "NIGHTBELL_PUBLIC_URL";

/// None: a problem was found. Some(None): people sign in with keys only.
#[expect(clippy::option_option, reason = "refused, off and on differ")]
pub(super) fn provider(source: &mut Source<'_>) -> Option<Option<Provider>> {
    let Some(issuer) = source.text(ISSUER) else {
        let others = [CLIENT_ID, SECRET_FILE, CLAIM, ROLES];
        let set = others.into_iter().find(|name| source.text(name).is_some());
        return match set {
            Some(name) => {
                source.refuse(ISSUER, format!("must be set, since {name} is"));
                None
            }
            None => Some(None),
        };
    };
    let issuer = source.parse(ISSUER, &issuer, Issuer::parse);
    let client_id = needed(source, CLIENT_ID);
    let secret_file = needed(source, SECRET_FILE);
    let roles = needed(source, ROLES).and_then(|text| source.parse(ROLES, &text, Roles::parse));
    let claim = source.text(CLAIM).unwrap_or_else(|| CLAIM_DEFAULT.to_owned());
    // The provider sends people back there, and to no other address.
    needed(source, PUBLIC_URL)?;
    Some(Some(Provider {
        issuer: issuer?,
        client_id: client_id?,
        client_secret_file: secret_file?.into(),
        claim: claim.trim().to_owned(),
        roles: roles?,
    }))
}

fn needed(source: &mut Source<'_>, name: &str) -> Option<String> {
    let text = source.text(name).map(|text| text.trim().to_owned());
    let text = text.filter(|text| !text.is_empty());
    if text.is_none() {
        source.refuse(name, format!("must be set, since {ISSUER} is"));
    }
    text
}
