//! The rules that settings of channels keep.

use nightbell_domain::settings::Violation;

use super::address::AllowList;
use super::hidden::Hidden;
use super::target::Target;

/// Judges the fields of one kind's settings and keeps what it finds.
pub struct Rules<'a> {
    allow: &'a AllowList,
    path: String,
    violations: Vec<Violation>,
}

impl<'a> Rules<'a> {
    /// Rules for fields below `path`, with the addresses that may be called.
    pub fn new(allow: &'a AllowList, path: impl Into<String>) -> Self {
        Self { allow, path: path.into(), violations: Vec::new() }
    }

    /// What was found.
    pub fn broken(self) -> Vec<Violation> {
        self.violations
    }

    /// States that a field breaks a rule.
    pub fn refuse(&mut self, field: &str, reason: &'static str, rule: impl Into<String>) {
        let field = format!("{}.{field}", self.path);
        self.violations.push(Violation::new(field, reason, rule));
    }

    /// An address to call. It must be there.
    pub fn target(&mut self, field: &str, text: &str) {
        if text.is_empty() {
            return self.refuse(field, "REQUIRED", "must be an address");
        }
        if let Err(error) = Target::parse(text, self.allow) {
            self.refuse(field, error.reason(), error.to_string());
        }
    }

    /// A host to connect to, other than by HTTP. The port says nothing there.
    pub fn host(&mut self, field: &str, host: &str) {
        if let Err(error) = Target::parse(&format!("https://{host}/"), self.allow) {
            self.refuse(field, error.reason(), error.to_string());
        }
    }

    /// An address to call, if it is there.
    pub fn target_if_set(&mut self, field: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.target(field, text);
        }
    }

    /// A text that must be there: visible, and of at most `most` characters.
    pub fn text(&mut self, field: &str, text: &str, most: usize) {
        if text.is_empty() {
            self.refuse(field, "REQUIRED", format!("must be 1 to {most} characters"));
        } else if text.chars().count() > most {
            self.refuse(field, "TOO_LONG", format!("must be at most {most} characters"));
        } else if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let rule = "must not contain spaces or control characters";
            self.refuse(field, "BAD_VALUE", rule);
        }
    }

    /// A text that may be missing.
    pub fn text_if_set(&mut self, field: &str, text: Option<&String>, most: usize) {
        if let Some(text) = text {
            self.text(field, text, most);
        }
    }

    /// A secret that goes into a header or an address, and may be missing.
    pub fn secret_if_set(&mut self, field: &str, secret: Option<&Hidden>, most: usize) {
        if let Some(secret) = secret {
            self.secret(field, secret, most);
        }
    }

    /// A secret that goes into a header or an address: printable ASCII.
    pub fn secret(&mut self, field: &str, secret: &Hidden, most: usize) {
        let text = secret.reveal();
        self.text(field, text, most);
        if !text.is_ascii() {
            self.refuse(field, "BAD_VALUE", "must be ASCII");
        }
    }
}
