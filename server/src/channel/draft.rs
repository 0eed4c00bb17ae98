//! Settings as they are asked for.

use nightbell_domain::settings::Violation;
use serde_json::{Map, Value};

use super::Settings;
use super::address::AllowList;
use super::rules::Rules;
use super::webhook::{Secret, generate_secret};

/// Settings of one kind as the contract has them: the fields that were said, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The name of the kind.
    pub kind: String,
    /// What was said; a field that says nothing is left out.
    pub fields: Map<String, Value>,
}

/// What settings came of a draft.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The settings.
    pub settings: Settings,
    /// The secret that was made, since none was given.
    pub made_secret: Option<String>,
}

/// Whether a field says nothing.
pub fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

impl Draft {
    /// The settings, new or `before` changed by what was said. `path` is where the draft
    /// stands in the request, with a point at the end or empty.
    ///
    /// # Errors
    ///
    /// Every rule that is broken.
    pub fn settle(
        mut self,
        before: Option<&Settings>,
        allow: &AllowList,
        path: &str,
    ) -> Result<Settled, Vec<Violation>> {
        let at = format!("{path}{}", self.kind);
        if let Some(before) = before {
            if before.kind() != self.kind {
                let rule = format!("is a {} and stays one; make another channel", before.kind());
                return Err(vec![Violation::new(at, "BAD_KIND", rule)]);
            }
            for (name, value) in fields(before) {
                self.fields.entry(name).or_insert(value);
            }
        }
        let made_secret = self.settle_secret(&at)?;
        self.fields.insert("kind".to_owned(), Value::String(self.kind));
        let settings: Settings = serde_json::from_value(Value::Object(self.fields))
            .map_err(|_| vec![Violation::new(&*at, "BAD_VALUE", "cannot be read")])?;
        let mut rules = Rules::new(allow, at);
        settings.check(&mut rules);
        let broken = rules.broken();
        if broken.is_empty() { Ok(Settled { settings, made_secret }) } else { Err(broken) }
    }

    /// A webhook always has a secret: one is made if none was given.
    fn settle_secret(&mut self, at: &str) -> Result<Option<String>, Vec<Violation>> {
        if self.kind != "webhook" {
            return Ok(None);
        }
        if let Some(text) = self.fields.get("secret").and_then(Value::as_str) {
            return match Secret::try_from(text.to_owned()) {
                Ok(_) => Ok(None),
                Err(error) => {
                    let field = format!("{at}.secret");
                    Err(vec![Violation::new(field, "BAD_SECRET", error.to_string())])
                }
            };
        }
        let made = generate_secret().reveal();
        self.fields.insert("secret".to_owned(), Value::String(made.clone()));
        // Said even if no address was.
        self.fields.entry("url").or_insert_with(|| Value::String(String::new()));
        Ok(Some(made))
    }
}

/// The fields of settings, secrets and all.
fn fields(settings: &Settings) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(settings) else { return Map::new() };
    fields.remove("kind");
    fields.retain(|_, value| !says_nothing(value));
    fields
}

/// The fields of settings as they may be shown.
pub fn shown(settings: &Settings) -> Map<String, Value> {
    let mut fields = fields(settings);
    fields.retain(|name, _| !settings.secrets().contains(&name.as_str()));
    fields
}
