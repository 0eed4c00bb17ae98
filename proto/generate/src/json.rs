//! The JSON form of each message, both ways.

use std::fmt::Write as _;

use crate::contract::{Contract, Enum, Field, FieldKind, Message, Shape, camel, snake};

/// The Rust text of the implementations.
pub(crate) fn generate(contract: &Contract) -> String {
    let mut out = String::from(
        "use serde::{Serialize, Serializer, ser::SerializeStruct};
         use super::{Decoding, FromJson, Json, Words, decoding::Part, read, write};
         use crate::v1;\n",
    );
    for item in &contract.enums {
        words(&mut out, item);
    }
    for message in &contract.messages {
        writer(&mut out, message);
        reader(&mut out, message);
    }
    out
}

fn words(out: &mut String, item: &Enum) {
    let name = &item.name;
    let _ = writeln!(
        out,
        "impl Words for v1::{name} {{ const WORDS: &'static [(&'static str, Self)] = &["
    );
    for word in &item.words {
        let _ = writeln!(out, "({:?}, Self::{}),", word.text, word.variant);
    }
    out.push_str("]; }\n");
}

fn writer(out: &mut String, message: &Message) {
    let name = &message.name;
    let count = message.fields.len();
    let _ = writeln!(
        out,
        "impl Serialize for v1::{name} {{
         fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{"
    );
    if count == 0 {
        let _ = writeln!(out, "serializer.serialize_struct({name:?}, 0)?.end() }} }}");
        return;
    }
    let _ = writeln!(out, "let mut object = serializer.serialize_struct({name:?}, {count})?;");
    let mut written = vec![];
    for field in &message.fields {
        match &field.shape {
            Shape::OneOf(group) if written.contains(&group) => {}
            Shape::OneOf(group) => {
                write_group(out, message, group);
                written.push(group);
            }
            _ => {
                let _ = writeln!(
                    out,
                    "object.serialize_field({:?}, &{})?;",
                    field.name,
                    written_value(field)
                );
            }
        }
    }
    out.push_str("object.end() } }\n");
}

/// Of the fields of a group only the one that is set is written.
fn write_group(out: &mut String, message: &Message, group: &str) {
    let _ = writeln!(out, "match &self.{group} {{ None => {{}}");
    for field in message.fields.iter().filter(|field| is_of(field, group)) {
        let value = match field.kind {
            FieldKind::Timestamp => "write::Time(value)",
            FieldKind::Duration => "write::Span(value)",
            FieldKind::Struct => "write::Object(value)",
            FieldKind::FieldMask => "write::Mask(value)",
            _ => "value",
        };
        let reference = if value == "value" { "" } else { "&" };
        let _ = writeln!(
            out,
            "Some({}(value)) => object.serialize_field({:?}, {reference}{value})?,",
            variant(message, group, field),
            field.name
        );
    }
    out.push_str("}\n");
}

fn written_value(field: &Field) -> String {
    let name = &field.name;
    let wrapped = |wrapper: &str| format!("self.{name}.as_ref().map(write::{wrapper})");
    match (&field.kind, &field.shape) {
        (FieldKind::Enum(item), Shape::Optional) => {
            format!("self.{name}.and_then(write::word::<v1::{item}>)")
        }
        (FieldKind::Enum(item), Shape::Repeated) => {
            format!("write::words::<v1::{item}>(&self.{name})")
        }
        (FieldKind::Enum(item), _) => format!("write::word::<v1::{item}>(self.{name})"),
        (FieldKind::Timestamp, _) => wrapped("Time"),
        (FieldKind::Duration, _) => wrapped("Span"),
        (FieldKind::Struct, _) => wrapped("Object"),
        (FieldKind::FieldMask, _) => wrapped("Mask"),
        _ => format!("self.{name}"),
    }
}

fn reader(out: &mut String, message: &Message) {
    let name = &message.name;
    if message.fields.is_empty() {
        let _ = writeln!(
            out,
            "impl FromJson for v1::{name} {{
             fn set(&mut self, _: &str, _: Json<'_>, _: &mut Decoding) -> bool {{ false }} }}"
        );
        return;
    }
    let _ = writeln!(
        out,
        "impl FromJson for v1::{name} {{
         fn set(&mut self, name: &str, value: Json<'_>, at: &mut Decoding) -> bool {{
         match name {{"
    );
    for field in &message.fields {
        let part = if field.identity { "Part::Identity" } else { "Part::Rest" };
        let read = reading(field);
        let (put, slot, read) = match &field.shape {
            Shape::Plain => ("put", &field.name, read),
            Shape::Optional => ("put_some", &field.name, read),
            Shape::Map => ("put", &field.name, "read::text_map".to_owned()),
            Shape::Repeated => {
                let list = format!("|value, at| read::list(value, at, {read})");
                ("put", &field.name, list)
            }
            Shape::OneOf(group) => {
                let variant = variant(message, group, field);
                ("put_one", group, format!("|value, at| {read}(value, at).map({variant})"))
            }
        };
        let _ = writeln!(
            out,
            "{:?} => at.{put}(&mut self.{slot}, name, {part}, value, {read}),",
            field.name
        );
    }
    out.push_str("_ => return false, } true } }\n");
}

fn reading(field: &Field) -> String {
    match &field.kind {
        FieldKind::String => "read::string".to_owned(),
        FieldKind::Bool => "read::boolean".to_owned(),
        FieldKind::Integer(integer) => format!("read::integer::<{integer}>"),
        FieldKind::Enum(item) => format!("read::word::<v1::{item}>"),
        FieldKind::Message(message) => format!("read::message::<v1::{message}>"),
        FieldKind::Timestamp => "read::timestamp".to_owned(),
        FieldKind::Duration => "read::duration".to_owned(),
        FieldKind::Struct => "read::structure".to_owned(),
        FieldKind::FieldMask => "read::field_mask".to_owned(),
    }
}

fn is_of(field: &Field, group: &str) -> bool {
    matches!(&field.shape, Shape::OneOf(name) if name == group)
}

/// The Rust path of a member of a group, as prost names it.
fn variant(message: &Message, group: &str, field: &Field) -> String {
    format!("v1::{}::{}::{}", snake(&message.name), camel(group), camel(&field.name))
}
