//! The contract as the generators see it.
//!
//! The `.proto` files are compiled once and walked once; what comes out is
//! plain data in the order of the files. Whatever the generators cannot express
//! is refused here, so that nothing is left out without a word.

use std::collections::HashMap;

use prost_reflect::{
    Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, FileDescriptor, Kind,
    MessageDescriptor, MethodDescriptor, Value,
};

use crate::Failure;

/// The package whose messages and services are generated.
pub(crate) const PACKAGE: &str = "nightbell.v1";

/// All that is generated from.
pub(crate) struct Contract {
    pub(crate) services: Vec<Service>,
    pub(crate) messages: Vec<Message>,
    pub(crate) enums: Vec<Enum>,
}

/// A service and its calls.
pub(crate) struct Service {
    /// Such as `ReportService`.
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) methods: Vec<Method>,
}

/// One call.
pub(crate) struct Method {
    /// Such as `UpdateStatus`.
    pub(crate) name: String,
    pub(crate) comment: String,
    /// Such as `/nightbell.v1.ReportService/UpdateStatus`.
    pub(crate) path: String,
    pub(crate) input: String,
    pub(crate) output: String,
    /// The name of the access rule without its prefix, such as `REPORT`.
    pub(crate) access: String,
    pub(crate) access_comment: String,
    pub(crate) evidence_first: bool,
    pub(crate) request_streaming: bool,
    pub(crate) response_streaming: bool,
    pub(crate) route: Option<Route>,
}

/// Where a call is found over REST.
pub(crate) struct Route {
    /// In lower case, such as `put`.
    pub(crate) verb: String,
    pub(crate) path: String,
    /// The fields in the path.
    pub(crate) params: Vec<String>,
    pub(crate) body: Body,
}

/// What of the request message is in the HTTP body.
#[derive(PartialEq, Eq)]
pub(crate) enum Body {
    None,
    All,
    Field(String),
}

/// A message and its fields.
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) fields: Vec<Field>,
}

/// One field of a message.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) kind: FieldKind,
    pub(crate) shape: Shape,
    /// Part of a report's identity: never dropped.
    pub(crate) identity: bool,
}

/// What a field holds.
#[derive(PartialEq, Eq)]
pub(crate) enum FieldKind {
    String,
    Bool,
    /// The Rust type, such as `i64`.
    Integer(&'static str),
    Enum(String),
    Message(String),
    Timestamp,
    Duration,
    Struct,
    FieldMask,
}

/// How often a field may stand.
#[derive(PartialEq, Eq)]
pub(crate) enum Shape {
    /// Once, with the zero value when absent.
    Plain,
    /// Once or not at all.
    Optional,
    Repeated,
    /// From text to text.
    Map,
    /// One of the named group.
    OneOf(String),
}

/// An enum and its words.
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) comment: String,
    /// Without the zero value.
    pub(crate) words: Vec<Word>,
}

/// One value of an enum.
pub(crate) struct Word {
    /// As in JSON, such as `running`.
    pub(crate) text: String,
    /// As in Rust, such as `Running`.
    pub(crate) variant: String,
    pub(crate) comment: String,
}

impl Contract {
    /// Walks the compiled files.
    pub(crate) fn read(pool: &DescriptorPool) -> Result<Self, Failure> {
        let mut contract = Self { services: vec![], messages: vec![], enums: vec![] };
        for file in pool.files().filter(|file| file.package_name() == PACKAGE) {
            let comments = Comments::of(&file);
            for service in file.services() {
                let methods = service.methods().map(|m| read_method(&m, &comments));
                contract.services.push(Service {
                    name: service.name().to_owned(),
                    comment: comments.required(service.path(), service.full_name())?,
                    methods: methods.collect::<Result<_, _>>()?,
                });
            }
            for message in file.messages() {
                contract.messages.push(read_message(&message, &comments)?);
            }
            for item in file.enums() {
                let prefix = format!("{}_", shouting(item.name()));
                let words = item.values().filter(|value| value.number() != 0).map(|value| {
                    let short = value.name().strip_prefix(&prefix).unwrap_or(value.name());
                    Ok(Word {
                        text: short.to_lowercase(),
                        variant: camel(&short.to_lowercase()),
                        comment: comments.required(value.path(), value.full_name())?,
                    })
                });
                contract.enums.push(Enum {
                    name: item.name().to_owned(),
                    comment: comments.required(item.path(), item.full_name())?,
                    words: words.collect::<Result<_, Failure>>()?,
                });
            }
        }
        contract.check()?;
        Ok(contract)
    }

    /// The message of this name.
    ///
    /// # Panics
    ///
    /// Never for names found in this contract: the compiler has resolved them.
    pub(crate) fn message(&self, name: &str) -> &Message {
        self.messages.iter().find(|m| m.name == name).expect("a message of the contract")
    }

    fn check(&self) -> Result<(), Failure> {
        let mut routes = HashMap::new();
        for method in self.services.iter().flat_map(|service| &service.methods) {
            let Some(route) = &method.route else { continue };
            let before = routes.insert((&route.verb, &route.path), &method.name);
            if let Some(before) = before {
                return Err(Failure::new(&method.path, format!("has the route of {before}")));
            }
            let input = self.message(&method.input);
            let named = route.params.iter().chain(match &route.body {
                Body::Field(name) => Some(name),
                Body::None | Body::All => None,
            });
            for name in named {
                if !input.fields.iter().any(|field| &field.name == name) {
                    return Err(Failure::new(&method.path, format!("has no field {name}")));
                }
            }
        }
        if routes.is_empty() {
            return Err(Failure::new(PACKAGE, "no call has a route: the options were lost"));
        }
        Ok(())
    }
}

impl Method {
    /// The fields that are neither in the path nor in the body.
    pub(crate) fn query<'a>(&self, input: &'a Message) -> Vec<&'a Field> {
        let Some(route) = &self.route else { return vec![] };
        let in_body = |field: &Field| match &route.body {
            Body::All => true,
            Body::Field(name) => *name == field.name,
            Body::None => false,
        };
        let fields = input.fields.iter();
        fields.filter(|field| !in_body(field) && !route.params.contains(&field.name)).collect()
    }
}

/// The comments of a file by the path of what they stand above.
struct Comments(HashMap<Vec<i32>, String>);

impl Comments {
    fn of(file: &FileDescriptor) -> Self {
        let info = file.file_descriptor_proto().source_code_info.iter();
        let comments = info.flat_map(|info| &info.location).filter_map(|location| {
            let lines = location.leading_comments.as_deref()?.lines();
            let text: Vec<&str> =
                lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
            Some((location.path.clone(), text.join("\n").trim().to_owned()))
        });
        Self(comments.collect())
    }

    fn required(&self, path: &[i32], name: &str) -> Result<String, Failure> {
        let comment = self.0.get(path).filter(|comment| !comment.is_empty());
        comment.cloned().ok_or_else(|| Failure::new(name, "has no comment"))
    }
}

fn read_method(method: &MethodDescriptor, comments: &Comments) -> Result<Method, Failure> {
    let name = method.full_name();
    let pool = method.parent_pool();
    let options = method.options();
    let access = match extension(pool, &options, "nightbell.v1.access")? {
        Some(Value::EnumNumber(number)) if number != 0 => {
            pool.get_enum_by_name("nightbell.v1.Access").and_then(|access| access.get_value(number))
        }
        _ => None,
    };
    let access = access.ok_or_else(|| Failure::new(name, "has no access rule"))?;
    let evidence_first = matches!(
        extension(pool, &options, "nightbell.v1.evidence_first")?,
        Some(Value::Bool(true))
    );
    let route = match extension(pool, &options, "google.api.http")? {
        Some(Value::Message(rule)) => Some(read_route(name, &rule)?),
        _ if method.is_client_streaming() => None,
        _ => return Err(Failure::new(name, "has no route")),
    };
    Ok(Method {
        name: method.name().to_owned(),
        comment: comments.required(method.path(), name)?,
        path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
        input: own_name(&method.input())?,
        output: own_name(&method.output())?,
        access: access.name().trim_start_matches("ACCESS_").to_owned(),
        access_comment: Comments::of(&access.parent_enum().parent_file())
            .required(access.path(), access.full_name())?,
        evidence_first,
        request_streaming: method.is_client_streaming(),
        response_streaming: method.is_server_streaming(),
        route,
    })
}

fn extension(
    pool: &DescriptorPool,
    options: &DynamicMessage,
    name: &str,
) -> Result<Option<Value>, Failure> {
    let extension = pool
        .get_extension_by_name(name)
        .ok_or_else(|| Failure::new(name, "is not imported by any file"))?;
    let is_set = options.has_extension(&extension);
    Ok(is_set.then(|| options.get_extension(&extension).into_owned()))
}

fn read_route(name: &str, rule: &DynamicMessage) -> Result<Route, Failure> {
    let text = |field: &str| match rule.get_field_by_name(field).as_deref() {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    let verbs = ["get", "put", "post", "patch", "delete"];
    let Some((verb, path)) = verbs.iter().find_map(|verb| Some((*verb, text(verb)?))) else {
        return Err(Failure::new(name, "has a route without a known verb"));
    };
    let params: Vec<String> = path
        .split('/')
        .filter_map(|segment| Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned()))
        .collect();
    if path.matches('{').count() != params.len() || path.contains(['*', '=']) {
        return Err(Failure::new(name, "has a path parameter that is not one whole segment"));
    }
    let body = match text("body").as_deref() {
        None => Body::None,
        Some("*") => Body::All,
        Some(field) => Body::Field(field.to_owned()),
    };
    Ok(Route { verb: verb.to_owned(), path, params, body })
}

fn read_message(message: &MessageDescriptor, comments: &Comments) -> Result<Message, Failure> {
    if message.child_messages().any(|child| !child.is_map_entry())
        || message.child_enums().len() > 0
    {
        return Err(Failure::new(message.full_name(), "has nested types: move them to the file"));
    }
    let fields = message.fields().map(|field| {
        let shape = read_shape(&field)?;
        let kind = match shape {
            Shape::Map => FieldKind::String,
            _ => read_kind(&field)?,
        };
        let listed = matches!(
            kind,
            FieldKind::String | FieldKind::Integer(_) | FieldKind::Enum(_) | FieldKind::Message(_)
        );
        if shape == Shape::Repeated && !listed {
            return Err(Failure::new(field.full_name(), "is a list the generator does not know"));
        }
        let identity = extension(field.parent_pool(), &field.options(), "nightbell.v1.identity")?;
        Ok(Field {
            name: field.name().to_owned(),
            comment: comments.required(field.path(), field.full_name())?,
            kind,
            shape,
            identity: matches!(identity, Some(Value::Bool(true))),
        })
    });
    Ok(Message {
        name: message.name().to_owned(),
        comment: comments.required(message.path(), message.full_name())?,
        fields: fields.collect::<Result<_, Failure>>()?,
    })
}

fn read_shape(field: &FieldDescriptor) -> Result<Shape, Failure> {
    if field.is_map() {
        let Kind::Message(entry) = field.kind() else { unreachable!("a map has entries") };
        let is_text = |kind: Kind| kind == Kind::String;
        if is_text(entry.map_entry_key_field().kind())
            && is_text(entry.map_entry_value_field().kind())
        {
            return Ok(Shape::Map);
        }
        return Err(Failure::new(field.full_name(), "is not a map from text to text"));
    }
    let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    Ok(match (field.cardinality(), oneof) {
        (Cardinality::Repeated, _) => Shape::Repeated,
        (_, Some(oneof)) => Shape::OneOf(oneof.name().to_owned()),
        _ if field.supports_presence() => Shape::Optional,
        _ => Shape::Plain,
    })
}

fn read_kind(field: &FieldDescriptor) -> Result<FieldKind, Failure> {
    Ok(match field.kind() {
        Kind::String => FieldKind::String,
        Kind::Bool => FieldKind::Bool,
        Kind::Int32 => FieldKind::Integer("i32"),
        Kind::Int64 => FieldKind::Integer("i64"),
        Kind::Uint32 => FieldKind::Integer("u32"),
        Kind::Uint64 => FieldKind::Integer("u64"),
        Kind::Enum(item) if item.package_name() == PACKAGE => {
            FieldKind::Enum(item.name().to_owned())
        }
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.Timestamp" => FieldKind::Timestamp,
            "google.protobuf.Duration" => FieldKind::Duration,
            "google.protobuf.Struct" => FieldKind::Struct,
            "google.protobuf.FieldMask" => FieldKind::FieldMask,
            _ => FieldKind::Message(own_name(&message)?),
        },
        _ => return Err(Failure::new(field.full_name(), "is of a type without a JSON form here")),
    })
}

fn own_name(message: &MessageDescriptor) -> Result<String, Failure> {
    if message.package_name() != PACKAGE {
        return Err(Failure::new(message.full_name(), "is not a message of the contract"));
    }
    Ok(message.name().to_owned())
}

/// `RunStatus` as `RUN_STATUS`.
fn shouting(name: &str) -> String {
    snake(name).to_uppercase()
}

/// `RunStatus` as `run_status`.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// `run_status` as `RunStatus`.
pub(crate) fn camel(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}
