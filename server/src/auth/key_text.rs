//! API keys as text.
//!
//! `nb{i|r|o|a}_<key id>_<secret>_<checksum>`: the prefix names the role, so that
//! a leaked key says how bad the leak is; the key id is public; the checksum
//! lets secret scanners tell a key from noise, and lets us refuse a mistyped key
//! without asking the store.

use nightbell_domain::key::Role;
use rand::distr::{Alphanumeric, SampleString};
use std::fmt;

const KEY_ID_LEN: usize = 12;
/// 32 of 62 characters: about 190 bits.
const SECRET_LEN: usize = 32;
const CHECKSUM_LEN: usize = 6;

/// The length of every key text: a prefix of three and three underscores.
pub const KEY_TEXT_LEN: usize = 3 + KEY_ID_LEN + SECRET_LEN + CHECKSUM_LEN + 3;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The secret part of a key. Cannot be printed by accident.
#[derive(Clone, Copy)]
pub struct KeySecret<'a>(&'a str);

impl<'a> KeySecret<'a> {
    pub(super) fn expose(self) -> &'a [u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for KeySecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(redacted)")
    }
}

/// The parts of a key text whose form and checksum are good. Says nothing about
/// whether such a key exists.
#[derive(Debug, Clone, Copy)]
pub struct KeyText<'a> {
    /// The role its prefix names.
    pub role: Role,
    /// The public part.
    pub key_id: &'a str,
    /// The secret part.
    pub secret: KeySecret<'a>,
}

impl<'a> KeyText<'a> {
    /// Takes a key text apart, or returns `None` if its form or checksum is bad.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() != KEY_TEXT_LEN {
            return None;
        }
        let (body, sum) = text.rsplit_once('_')?;
        let mut parts = body.split('_');
        let role = role_of(parts.next()?)?;
        let key_id = parts.next().filter(|part| is_base62(part, KEY_ID_LEN))?;
        let secret = parts.next().filter(|part| is_base62(part, SECRET_LEN))?;
        if parts.next().is_some() || sum.as_bytes() != checksum(body) {
            return None;
        }
        Some(Self { role, key_id, secret: KeySecret(secret) })
    }
}

/// A key that was just made; the only place where its text exists.
pub struct MadeKeyText {
    key_id: String,
    secret: String,
    text: String,
}

impl MadeKeyText {
    /// Makes a key text from the operating system's randomness.
    pub fn generate(role: Role) -> Self {
        // Alphanumeric is base62; `rng()` is a ChaCha generator seeded by the
        // operating system and fit for secrets.
        let mut rng = rand::rng();
        let key_id = Alphanumeric.sample_string(&mut rng, KEY_ID_LEN);
        let secret = Alphanumeric.sample_string(&mut rng, SECRET_LEN);
        let mut text = format!("{}_{key_id}_{secret}", prefix_of(role));
        let sum = checksum(&text);
        text.push('_');
        text.extend(sum.map(char::from));
        Self { key_id, secret, text }
    }

    /// The public part.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The secret part.
    pub fn secret(&self) -> KeySecret<'_> {
        KeySecret(&self.secret)
    }

    /// The whole text, to be shown to its owner once.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for MadeKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeKeyText").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

const fn prefix_of(role: Role) -> &'static str {
    match role {
        Role::Reporter => "nbi",
        Role::Viewer => "nbr",
        Role::Operator => "nbo",
        Role::Admin => "nba",
    }
}

fn role_of(prefix: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| prefix_of(*role) == prefix)
}

fn is_base62(part: &str, len: usize) -> bool {
    part.len() == len && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// CRC-32 in six digits of base 62: every value has exactly one text.
fn checksum(body: &str) -> [u8; CHECKSUM_LEN] {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [0; CHECKSUM_LEN];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn role() -> impl Strategy<Value = Role> {
        prop::sample::select(Role::ALL.to_vec())
    }

    proptest! {
        /// What is made can be read, and says the same.
        #[test]
        fn a_made_key_reads_back(role in role()) {
            let made = MadeKeyText::generate(role);
            let parsed = KeyText::parse(made.text()).expect("our own key");
            prop_assert_eq!(parsed.role, role);
            prop_assert_eq!(parsed.key_id, made.key_id());
            prop_assert_eq!(parsed.secret.expose(), made.secret().expose());
        }

        /// No slip of one character survives: replaced, dropped, doubled.
        #[test]
        fn one_wrong_character_is_refused(role in role(), at in 0..KEY_TEXT_LEN, wrong in any::<char>()) {
            let made = MadeKeyText::generate(role);
            let mut chars: Vec<char> = made.text().chars().collect();

            let mut dropped = chars.clone();
            dropped.remove(at);
            prop_assert!(KeyText::parse(&String::from_iter(dropped)).is_none());

            let mut doubled = chars.clone();
            doubled.insert(at, wrong);
            prop_assert!(KeyText::parse(&String::from_iter(doubled)).is_none());

            prop_assume!(chars[at] != wrong);
            chars[at] = wrong;
            prop_assert!(KeyText::parse(&String::from_iter(chars)).is_none());
        }

        /// Nor does the likeliest one, a character of the same alphabet.
        #[test]
        fn one_wrong_letter_is_refused(at in 0..KEY_TEXT_LEN, wrong in "[0-9A-Za-z_]") {
            let made = MadeKeyText::generate(Role::Admin);
            let mut text = made.text().to_owned();
            prop_assume!(text[at..=at] != wrong);
            text.replace_range(at..=at, &wrong);
            prop_assert!(KeyText::parse(&text).is_none());
        }

        /// Whatever comes in, parsing returns.
        #[test]
        fn parsing_takes_anything(text in any::<String>()) {
            prop_assert!(KeyText::parse(&text).is_none());
        }
    }

    /// The form is a promise to secret scanners.
    #[test]
    fn the_form_is_stable() {
        let body = "nbi_0123456789ab_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef";
        let sum = String::from_utf8(checksum(body).to_vec()).unwrap();
        assert_eq!(sum, "3aXGls");
        let text = format!("{body}_{sum}");
        assert_eq!(text.len(), KEY_TEXT_LEN);
        assert_eq!(KeyText::parse(&text).unwrap().key_id, "0123456789ab");
    }

    #[test]
    fn debug_output_has_no_secret() {
        let made = MadeKeyText::generate(Role::Viewer);
        let parsed = KeyText::parse(made.text()).unwrap();
        for shown in [format!("{made:?}"), format!("{parsed:?}"), format!("{:?}", made.secret())] {
            assert!(!shown.contains(&made.secret), "{shown}");
        }
    }
}
