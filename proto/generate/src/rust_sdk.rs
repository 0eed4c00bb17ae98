//! The Rust SDK's own types, what they are on the wire, and its calls.
//!
//! The SDK shows no type of tonic or prost. Its messages are plain structs with
//! the JSON form of the REST side; conversions lead to the prost messages and
//! back.

use std::fmt::Write as _;

use crate::contract::{
    Body, Contract, Enum, Field, FieldKind, Message, Method, Shape, camel, snake,
};

/// Messages that only the SDK's own stream uses.
const HIDDEN: &[&str] = &[
    "StreamHeartbeatsRequest",
    "StreamHello",
    "StreamGoodbye",
    "StreamHeartbeatsResponse",
    "FrameRefusal",
];

/// Enums that no message uses.
const HIDDEN_ENUMS: &[&str] = &["Access"];

fn messages(contract: &Contract) -> impl Iterator<Item = &Message> {
    contract.messages.iter().filter(|message| !HIDDEN.contains(&message.name.as_str()))
}

fn enums(contract: &Contract) -> impl Iterator<Item = &Enum> {
    contract.enums.iter().filter(|item| !HIDDEN_ENUMS.contains(&item.name.as_str()))
}

/// The structs and enums.
pub(crate) fn types(contract: &Contract) -> String {
    let mut out = String::from(
        "use std::{collections::BTreeMap, time::{Duration, SystemTime}};
         use serde::{Deserialize, Serialize};
         use serde_json::{Map, Value};
         use crate::json;\n",
    );
    for item in enums(contract) {
        enum_type(&mut out, item);
    }
    for message in messages(contract) {
        struct_type(&mut out, message);
    }
    out
}

fn docs(out: &mut String, comment: &str) {
    for line in comment.lines() {
        let words: Vec<String> = line.split(' ').map(address_as_code).collect();
        let line = words.join(" ");
        let _ = writeln!(out, "///{}{line}", if line.is_empty() { "" } else { " " });
    }
}

/// Addresses are such as one writes them, no links: rustdoc asks for one or the other.
fn address_as_code(word: &str) -> String {
    let bare = word.trim_end_matches(['.', ',']);
    if bare.starts_with("https://") {
        format!("`{bare}`{}", &word[bare.len()..])
    } else {
        word.to_owned()
    }
}

fn enum_type(out: &mut String, item: &Enum) {
    docs(out, &item.comment);
    let _ = writeln!(
        out,
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
         #[serde(rename_all = \"snake_case\")]
         #[non_exhaustive]
         pub enum {} {{",
        item.name
    );
    for word in &item.words {
        docs(out, &word.comment);
        let _ = writeln!(out, "{},", word.variant);
    }
    out.push_str("/// A word that this version does not know.\n#[serde(other)] Unknown, }\n");
}

fn struct_type(out: &mut String, message: &Message) {
    docs(out, &message.comment);
    let _ = writeln!(
        out,
        "#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
         #[serde(default)]
         pub struct {} {{",
        message.name
    );
    let mut groups: Vec<&str> = vec![];
    for field in &message.fields {
        if let Shape::OneOf(group) = &field.shape {
            if !groups.contains(&group.as_str()) {
                groups.push(group);
                let _ = writeln!(
                    out,
                    "/// One of several; see [`{0}`].\n#[serde(flatten)]\npub {group}: Option<{0}>,",
                    group_name(message, group)
                );
            }
            continue;
        }
        docs(out, &field.comment);
        attribute(out, field);
        let _ = writeln!(out, "pub {}: {},", field.name, field_type(field));
    }
    out.push_str("}\n");
    for group in groups {
        group_type(out, message, group);
    }
}

fn group_type(out: &mut String, message: &Message, group: &str) {
    let _ = writeln!(
        out,
        "/// What stands as `{group}` in [`{}`].
         #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
         #[serde(rename_all = \"snake_case\")]
         #[non_exhaustive]
         pub enum {} {{",
        message.name,
        group_name(message, group)
    );
    for field in members(message, group) {
        docs(out, &field.comment);
        if field.kind == FieldKind::Duration {
            out.push_str("#[serde(with = \"json::span\")]\n");
        }
        let _ = writeln!(out, "{}({}),", camel(&field.name), value_type(&field.kind));
    }
    out.push_str("}\n");
}

fn attribute(out: &mut String, field: &Field) {
    let text = match (&field.kind, &field.shape) {
        (FieldKind::Timestamp, _) => {
            "with = \"json::time\", skip_serializing_if = \"Option::is_none\""
        }
        (FieldKind::Duration, _) => {
            "with = \"json::maybe_span\", skip_serializing_if = \"Option::is_none\""
        }
        (FieldKind::FieldMask, _) => "skip",
        (_, Shape::Optional) | (FieldKind::Enum(_), Shape::Plain) => {
            "skip_serializing_if = \"Option::is_none\""
        }
        (_, Shape::Repeated) => "skip_serializing_if = \"Vec::is_empty\"",
        (_, Shape::Map) => "skip_serializing_if = \"BTreeMap::is_empty\"",
        _ => return,
    };
    let _ = writeln!(out, "#[serde({text})]");
}

fn value_type(kind: &FieldKind) -> String {
    match kind {
        FieldKind::String => "String".to_owned(),
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::Integer(integer) => (*integer).to_owned(),
        FieldKind::Enum(name) | FieldKind::Message(name) => name.clone(),
        FieldKind::Timestamp => "SystemTime".to_owned(),
        FieldKind::Duration => "Duration".to_owned(),
        FieldKind::Struct => "Map<String, Value>".to_owned(),
        FieldKind::FieldMask => "Vec<String>".to_owned(),
    }
}

fn field_type(field: &Field) -> String {
    let value = value_type(&field.kind);
    match (&field.kind, &field.shape) {
        (FieldKind::FieldMask, _) => value,
        (_, Shape::Map) => "BTreeMap<String, String>".to_owned(),
        (_, Shape::Repeated) => format!("Vec<{value}>"),
        (FieldKind::Enum(_), _) | (_, Shape::Optional) => format!("Option<{value}>"),
        _ => value,
    }
}

fn group_name(message: &Message, group: &str) -> String {
    format!("{}{}", message.name, camel(group))
}

fn members<'a>(message: &'a Message, group: &str) -> Vec<&'a Field> {
    let is_member = |field: &&Field| matches!(&field.shape, Shape::OneOf(name) if name == group);
    message.fields.iter().filter(is_member).collect()
}

/// The conversions to and from prost's messages.
pub(crate) fn conversions(contract: &Contract) -> String {
    let mut out = String::from("use crate::{api, convert, wire};\n");
    for item in enums(contract) {
        enum_conversions(&mut out, item);
    }
    for message in messages(contract) {
        conversion(&mut out, message, "api", "wire", outward);
        conversion(&mut out, message, "wire", "api", inward);
    }
    out
}

fn enum_conversions(out: &mut String, item: &Enum) {
    let name = &item.name;
    let _ = writeln!(
        out,
        "impl convert::Word for api::{name} {{
         fn to_number(self) -> i32 {{ match self {{"
    );
    for word in &item.words {
        let variant = &word.variant;
        let _ = writeln!(out, "Self::{variant} => wire::{name}::{variant} as i32,");
    }
    let _ = writeln!(
        out,
        "Self::Unknown => 0, }} }}
         fn from_number(number: i32) -> Option<Self> {{
         Some(match wire::{name}::try_from(number) {{
         Ok(wire::{name}::Unspecified) => return None,"
    );
    for word in &item.words {
        let variant = &word.variant;
        let _ = writeln!(out, "Ok(wire::{name}::{variant}) => Self::{variant},");
    }
    out.push_str("Err(_) => Self::Unknown, }) } }\n");
}

fn conversion(
    out: &mut String,
    message: &Message,
    from: &str,
    to: &str,
    value: fn(&FieldKind, &str) -> Option<String>,
) {
    let name = &message.name;
    let argument = if message.fields.is_empty() { "_" } else { "it" };
    let _ = writeln!(
        out,
        "impl From<{from}::{name}> for {to}::{name} {{
         fn from({argument}: {from}::{name}) -> Self {{ Self {{"
    );
    let mut groups: Vec<&str> = vec![];
    for field in &message.fields {
        let slot = &field.name;
        let converted = match &field.shape {
            Shape::OneOf(group) => {
                if !groups.contains(&group.as_str()) {
                    groups.push(group);
                    group_conversion(out, message, group, (from, to), value);
                }
                continue;
            }
            Shape::Map => None,
            Shape::Repeated if matches!(field.kind, FieldKind::Enum(_)) => {
                let convert = if from == "api" {
                    "map(convert::number)"
                } else {
                    "filter_map(convert::word)"
                };
                Some(format!("it.{slot}.into_iter().{convert}.collect()"))
            }
            Shape::Repeated => value(&field.kind, "value").map(|converted| {
                format!("it.{slot}.into_iter().map(|value| {converted}).collect()")
            }),
            Shape::Optional if !matches!(field.kind, FieldKind::FieldMask) => {
                optional(field, from, value)
            }
            _ => enum_or(field, from, value),
        };
        let converted = converted.unwrap_or_else(|| format!("it.{slot}"));
        let _ = writeln!(out, "{slot}: {converted},");
    }
    out.push_str("} } }\n");
}

fn optional(
    field: &Field,
    from: &str,
    value: fn(&FieldKind, &str) -> Option<String>,
) -> Option<String> {
    let slot = &field.name;
    if let FieldKind::Enum(_) = field.kind {
        let convert =
            if from == "api" { "map(convert::number)" } else { "and_then(convert::word)" };
        return Some(format!("it.{slot}.{convert}"));
    }
    value(&field.kind, "value").map(|converted| format!("it.{slot}.map(|value| {converted})"))
}

fn enum_or(
    field: &Field,
    from: &str,
    value: fn(&FieldKind, &str) -> Option<String>,
) -> Option<String> {
    let slot = &field.name;
    match field.kind {
        FieldKind::Enum(_) if from == "api" => {
            Some(format!("it.{slot}.map_or(0, convert::number)"))
        }
        FieldKind::Enum(_) => Some(format!("convert::word(it.{slot})")),
        FieldKind::FieldMask if from == "api" => Some(format!("convert::mask_out(it.{slot})")),
        FieldKind::FieldMask => Some(format!("convert::mask_in(it.{slot})")),
        _ => value(&field.kind, &format!("it.{slot}")),
    }
}

fn group_conversion(
    out: &mut String,
    message: &Message,
    group: &str,
    (from, to): (&str, &str),
    value: fn(&FieldKind, &str) -> Option<String>,
) {
    let path = |side: &str| match side {
        "api" => format!("api::{}", group_name(message, group)),
        _ => format!("wire::{}::{}", snake(&message.name), camel(group)),
    };
    let _ = writeln!(out, "{group}: it.{group}.map(|value| match value {{");
    for field in members(message, group) {
        let variant = camel(&field.name);
        let converted = value(&field.kind, "value").unwrap_or_else(|| "value".to_owned());
        let _ = writeln!(
            out,
            "{}::{variant}(value) => {}::{variant}({converted}),",
            path(from),
            path(to)
        );
    }
    out.push_str("}),\n");
}

/// Our value as prost has it; None: the same.
fn outward(kind: &FieldKind, value: &str) -> Option<String> {
    converted(kind, value, "out")
}

/// The other way.
fn inward(kind: &FieldKind, value: &str) -> Option<String> {
    converted(kind, value, "in")
}

fn converted(kind: &FieldKind, value: &str, way: &str) -> Option<String> {
    Some(match kind {
        FieldKind::Message(_) => format!("{value}.into()"),
        FieldKind::Timestamp => format!("convert::time_{way}({value})"),
        FieldKind::Duration => format!("convert::span_{way}({value})"),
        FieldKind::Struct => format!("convert::object_{way}({value})"),
        _ => return None,
    })
}

/// The calls: their table and a method for each.
pub(crate) fn calls(contract: &Contract) -> String {
    let mut out = String::from(
        "use crate::{api::{self, Api}, call::{Body, Call, Route, Watch}, error::Error, wire};\n",
    );
    let methods: Vec<&Method> =
        contract.services.iter().flat_map(|service| &service.methods).collect();
    for method in methods.iter().filter(|method| !method.request_streaming) {
        call(&mut out, method);
    }
    out.push_str("impl Api {\n");
    for method in methods.iter().filter(|method| !method.request_streaming) {
        docs(&mut out, &method.comment);
        let (name, input, output) = (snake(&method.name), &method.input, &method.output);
        let (kind, verb) = if method.response_streaming {
            (format!("Watch<api::{output}>"), "watch")
        } else {
            (format!("api::{output}"), "call")
        };
        let _ = writeln!(
            out,
            "pub async fn {name}(&self, request: api::{input}) -> Result<{kind}, Error> {{
             self.{verb}(request).await }}"
        );
    }
    out.push_str("}\n");
    out
}

fn call(out: &mut String, method: &Method) {
    let (input, output, path) = (&method.input, &method.output, &method.path);
    let Some(route) = &method.route else { return };
    let body = match &route.body {
        Body::None => "Body::None".to_owned(),
        Body::All => "Body::All".to_owned(),
        Body::Field(field) => format!("Body::Field({field:?})"),
    };
    let mask = if input.starts_with("Update") && matches!(route.body, Body::Field(_)) {
        "fn mask(&self) -> &[String] { &self.update_mask }"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "impl Call for api::{input} {{
         type Response = api::{output};
         type WireRequest = wire::{input};
         type WireResponse = wire::{output};
         const PATH: &'static str = {path:?};
         const ROUTE: Route = Route {{ verb: {:?}, path: {:?}, body: {body} }};
         {mask} }}",
        route.verb.to_uppercase(),
        route.path
    );
}
