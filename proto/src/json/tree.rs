//! JSON as it stood in the body, before anything is known of its meaning.

use std::{borrow::Cow, cell::RefCell, collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::repair::BROKEN_NUMBER;

/// A JSON value that borrows from the body where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// Absent, wherever it stands.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction or exponent that fits.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Json<'a>>),
    /// An object. No key stands twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
    /// Text from a path or query: read as whatever the field is.
    Bare(Cow<'a, str>),
    /// What stood for a number and is none, such as `NaN` and `1e999`.
    Broken(Cow<'a, str>),
}

impl Json<'_> {
    /// What the value is, for a person.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::String(text) | Self::Bare(text) => format!("\"{}\"", shortened(text)),
            Self::Array(_) => "a list".to_owned(),
            Self::Object(_) => "an object".to_owned(),
            Self::Broken(text) => shortened(text).to_owned(),
        }
    }
}

/// The first characters, so that no message repeats a whole body.
pub(crate) fn shortened(text: &str) -> &str {
    const CHARACTERS_MAX: usize = 64;
    text.char_indices().nth(CHARACTERS_MAX).map_or(text, |(end, _)| &text[..end])
}

/// Why a body is no tree.
pub(crate) enum Malformed {
    /// A key stands twice. Its path.
    Duplicate(String),
    /// Not JSON, or nested too deeply.
    Syntax(String),
}

/// Parses a whole body.
pub(crate) fn parse(text: &str, is_repaired: bool) -> Result<Json<'_>, Malformed> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { at: &Place::Root, duplicate: &duplicate, is_repaired, is_free_form: false };
    let tree = seed.deserialize(&mut deserializer).and_then(|tree| {
        deserializer.end()?;
        Ok(tree)
    });
    tree.map_err(|error| match duplicate.take() {
        Some(path) => Malformed::Duplicate(path),
        None => Malformed::Syntax(error.to_string()),
    })
}

/// Where in the body the parser is. Only read when something is wrong.
enum Place<'p> {
    Root,
    Key(&'p Place<'p>, &'p str),
    Index(&'p Place<'p>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

#[derive(Clone, Copy)]
struct Seed<'s> {
    at: &'s Place<'s>,
    duplicate: &'s RefCell<Option<String>>,
    is_repaired: bool,
    /// Inside an object of the sender's own making, where a key that stands twice
    /// makes nothing ambiguous that is judged by: the last one counts, as everywhere.
    is_free_form: bool,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        match text.strip_prefix(BROKEN_NUMBER).filter(|_| self.is_repaired) {
            Some(number) => Ok(Json::Broken(Cow::Borrowed(number))),
            None => Ok(Json::String(Cow::Borrowed(text))),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        loop {
            let at = Place::Index(self.at, items.len());
            match list.next_element_seed(Seed { at: &at, ..self })? {
                Some(item) => items.push(item),
                None => return Ok(Json::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut fields: Vec<(Cow<'de, str>, Json<'de>)> = Vec::with_capacity(8);
        let mut seen = Seen::default();
        while let Some(key) = map.next_key_seed(Key)? {
            let at = Place::Key(self.at, &key);
            let is_second = seen.has(&key, &fields);
            if is_second && !self.is_free_form {
                self.duplicate.replace(Some(at.to_string()));
                return Err(A::Error::custom("a key stands twice"));
            }
            let is_free_form = self.is_free_form || key == FREE_FORM;
            let value = map.next_value_seed(Seed { at: &at, is_free_form, ..self })?;
            match fields.iter_mut().find(|(known, _)| is_second && *known == key) {
                Some((_, first)) => *first = value,
                None => fields.push((key, value)),
            }
        }
        Ok(Json::Object(fields))
    }
}

/// The contract's one name for an object of the sender's own making.
const FREE_FORM: &str = "metadata";

/// The keys of a large object. In a small one looking through them is faster.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    const SMALL: usize = 16;

    fn has(&mut self, key: &str, fields: &[(Cow<'_, str>, Json<'_>)]) -> bool {
        if fields.len() < Self::SMALL {
            return fields.iter().any(|(known, _)| known == key);
        }
        if self.0.is_empty() {
            self.0.extend(fields.iter().map(|(known, _)| known.to_string()));
        }
        !self.0.insert(key.to_owned())
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
