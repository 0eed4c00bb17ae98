//! The reference page: one HTML file without scripts or anything to load.

use std::fmt::{self, Display, Formatter, Write as _};

use serde_json::{Map, Value, json};

use crate::{
    contract::{Body, Contract, Enum, Field, FieldKind, Message, Method, Route, Service, Shape},
    openapi::sorted,
    text::{Comment, kind, one_line},
};

const STYLE: &str = include_str!("style.css");

/// The page as text.
pub(crate) fn generate(contract: &Contract) -> String {
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Nightbell API reference</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    page.push_str(INTRODUCTION);
    navigation(&mut page, contract);
    page.push_str("<main>\n");
    for service in &contract.services {
        let _ = write!(
            page,
            "<section>\n<h2 id=\"{0}\">{0}</h2>\n<p>{1}</p>\n",
            Text(&service.name),
            Text(&one_line(&service.comment))
        );
        for method in &service.methods {
            call(&mut page, contract, method);
        }
        page.push_str("</section>\n");
    }
    page.push_str("<section>\n<h2 id=\"messages\">Messages</h2>\n");
    for message in &contract.messages {
        message_section(&mut page, message);
    }
    for item in &contract.enums {
        enum_section(&mut page, item);
    }
    page.push_str("</section>\n</main>\n</body>\n</html>\n");
    page
}

const INTRODUCTION: &str = "<header>
<h1>Nightbell API reference</h1>
<p>Every call is there over REST and over gRPC, on the same port, and means the same. This page and \
the <a href=\"/api/openapi.json\">OpenAPI document</a> are made from the contract itself.</p>
<p>Send your key as <code>x-api-key</code>, or as <code>authorization: Bearer</code>. Bodies are JSON: \
times are RFC 3339 with an offset, durations are written like <code>\"300s\"</code>, and \
<code>null</code> means absent.</p>
<p>A refusal has one form everywhere:</p>
<pre tabindex=\"0\">{\"error\": {\"code\": 400, \"status\": \"INVALID_ARGUMENT\", \"reason\": \"BAD_VALUE\",
  \"message\": \"…\", \"field_violations\": [{\"field\": \"…\", \"reason\": \"…\", \"description\": \"…\"}],
  \"retryable\": false, \"retry_after_ms\": null, \"request_id\": \"…\"}}</pre>
</header>
";

fn navigation(page: &mut String, contract: &Contract) {
    page.push_str("<nav aria-label=\"Calls\">\n");
    for Service { name, methods, .. } in &contract.services {
        let _ = write!(page, "<p><a href=\"#{0}\">{0}</a></p>\n<ul>\n", Text(name));
        for method in methods {
            let _ = writeln!(page, "<li><a href=\"#{0}\">{0}</a></li>", Text(&method.name));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("<p><a href=\"#messages\">Messages</a></p>\n</nav>\n");
}

fn call(page: &mut String, contract: &Contract, method: &Method) {
    let comment = Comment::parse(&method.comment);
    let input = contract.message(&method.input);
    let _ = writeln!(page, "<article>\n<h3 id=\"{0}\">{0}</h3>", Text(&method.name));
    if let Some(Route { verb, path, .. }) = &method.route {
        let _ = writeln!(
            page,
            "<p class=\"route\"><code><span class=\"verb\">{}</span> {}</code></p>",
            Text(&verb.to_uppercase()),
            Text(path)
        );
    }
    let only = if method.route.is_none() { " (gRPC only)" } else { "" };
    let _ = writeln!(
        page,
        "<p class=\"dim\">gRPC <code>{}</code>{only}<br>Access: {}</p>",
        Text(&method.path),
        Text(&one_line(&method.access_comment))
    );
    for paragraph in &comment.paragraphs {
        let _ = writeln!(page, "<p>{}</p>", Text(paragraph));
    }
    parts(page, method, input);
    let stream = if method.response_streaming { "a stream of " } else { "" };
    let _ = writeln!(page, "<h4>Answer</h4>\n<p>{stream}{}</p>", Link(&method.output));
    errors(page, &comment);
    if let Some(route) = &method.route {
        let curl = curl(contract, method, route);
        let _ = writeln!(page, "<h4>Example</h4>\n<pre tabindex=\"0\">{}</pre>", Text(&curl));
    }
    page.push_str("</article>\n");
}

/// Where each field of the request goes.
fn parts(page: &mut String, method: &Method, input: &Message) {
    let Some(route) = &method.route else {
        let _ = writeln!(page, "<h4>Request</h4>\n<p>a stream of {}</p>", Link(&input.name));
        return;
    };
    let in_path = |field: &&Field| route.params.contains(&field.name);
    fields(page, "In the path", input.fields.iter().filter(in_path));
    fields(page, "In the query", method.query(input).into_iter());
    match &route.body {
        Body::None => {}
        Body::All => {
            let rest = input.fields.iter().filter(|field| !in_path(field));
            fields(page, "In the body", rest);
        }
        Body::Field(name) => {
            let body = input.fields.iter().filter(|field| field.name == *name);
            fields(page, "The body", body);
        }
    }
}

fn fields<'a>(page: &mut String, title: &str, fields: impl Iterator<Item = &'a Field>) {
    let mut fields = fields.peekable();
    if fields.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "<h4>{title}</h4>\n<dl>");
    for field in fields {
        let _ = writeln!(
            page,
            "<dt><code>{}</code> <span class=\"dim\">{}</span></dt>\n<dd>{}</dd>",
            Text(&field.name),
            KindOf(field),
            Text(&one_line(&field.comment))
        );
    }
    page.push_str("</dl>\n");
}

fn errors(page: &mut String, comment: &Comment) {
    if comment.errors_note.is_empty() && comment.errors.is_empty() {
        return;
    }
    page.push_str("<h4>Errors</h4>\n");
    if !comment.errors_note.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", Text(&comment.errors_note));
    }
    page.push_str("<dl>\n");
    for error in &comment.errors {
        let _ = writeln!(
            page,
            "<dt><code>{} {}</code> <span class=\"dim\">{}</span></dt>\n<dd>{}</dd>",
            error.http_code(),
            Text(&error.code),
            Text(&error.reasons),
            Text(&error.text)
        );
    }
    page.push_str("</dl>\n");
}

fn message_section(page: &mut String, message: &Message) {
    let _ = write!(
        page,
        "<article>\n<h3 id=\"{0}\">{0}</h3>\n<p>{1}</p>\n",
        Text(&message.name),
        Text(&one_line(&message.comment))
    );
    fields(page, "Fields", message.fields.iter());
    page.push_str("</article>\n");
}

fn enum_section(page: &mut String, item: &Enum) {
    let _ = write!(
        page,
        "<article>\n<h3 id=\"{0}\">{0}</h3>\n<p>{1}</p>\n<dl>\n",
        Text(&item.name),
        Text(&one_line(&item.comment))
    );
    for word in &item.words {
        let comment = one_line(&word.comment);
        let _ = writeln!(
            page,
            "<dt><code>{}</code></dt>\n<dd>{}</dd>",
            Text(&word.text),
            Text(&comment)
        );
    }
    page.push_str("</dl>\n</article>\n");
}

/// A command that works once the address and the key are set.
fn curl(contract: &Contract, method: &Method, route: &Route) -> String {
    let input = contract.message(&method.input);
    let path = input.fields.iter().fold(route.path.clone(), |path, field| {
        let value = sample(contract, field);
        path.replace(&format!("{{{}}}", field.name), value.as_str().unwrap_or_default())
    });
    let stream = if method.response_streaming { " -N" } else { "" };
    let verb = route.verb.to_uppercase();
    let mut command = format!(
        "curl{stream} -X {verb} \"$NIGHTBELL_URL{path}\" \\\n  -H \"x-api-key: $NIGHTBELL_API_KEY\""
    );
    let body = match &route.body {
        Body::None => return command,
        Body::All => input,
        Body::Field(name) => match input.fields.iter().find(|f| f.name == *name).map(|f| &f.kind) {
            Some(FieldKind::Message(message)) => contract.message(message),
            _ => input,
        },
    };
    let body = sorted(Value::Object(example(contract, body, route)));
    let _ = write!(command, " \\\n  -H \"content-type: application/json\" \\\n  -d '{body:#}'");
    command
}

/// The fields one would send first.
fn example(contract: &Contract, message: &Message, route: &Route) -> Map<String, Value> {
    let is_in_body = |field: &&Field| !route.params.contains(&field.name);
    let fields: Vec<&Field> = message.fields.iter().filter(is_in_body).collect();
    first_fields(contract, &fields)
}

/// The required, and of a group the first; else the first of all.
fn first_fields(contract: &Contract, fields: &[&Field]) -> Map<String, Value> {
    let mut groups = Vec::new();
    let mut wanted = fields.to_vec();
    wanted.retain(|field| match &field.shape {
        Shape::OneOf(group) if groups.contains(&group) => false,
        Shape::OneOf(group) => {
            groups.push(group);
            true
        }
        _ => field.comment.contains("Required"),
    });
    if wanted.is_empty() {
        wanted.extend(fields.first());
    }
    wanted.into_iter().map(|field| (field.name.clone(), sample(contract, field))).collect()
}

fn sample(contract: &Contract, field: &Field) -> Value {
    let value = match (field.name.as_str(), &field.kind) {
        ("scheduler_id", _) => json!("my-service-eod-process"),
        ("service_name", _) => json!("My Service"),
        ("job_name", _) => json!("EOD Processing"),
        ("run_id", _) => json!("2026-01-15"),
        ("url", _) => json!("https://example.com/hooks/nightbell"),
        ("status", FieldKind::Enum(_)) => json!("completed"),
        ("name", _) => json!("on call"),
        (_, FieldKind::String) => json!(field.name.replace('_', "-")),
        (_, FieldKind::Bool) => json!(true),
        (_, FieldKind::Integer(_)) => json!(1),
        (_, FieldKind::Timestamp) => json!("2026-01-15T01:00:00Z"),
        (_, FieldKind::Duration) => json!("300s"),
        (_, FieldKind::Struct) => json!({"records_processed": 1000}),
        (_, FieldKind::FieldMask) => json!(""),
        (_, FieldKind::Enum(name)) => {
            let item = contract.enums.iter().find(|item| item.name == *name);
            json!(item.and_then(|item| item.words.first()).map(|word| &word.text))
        }
        (_, FieldKind::Message(name)) => {
            let message = contract.message(name);
            let fields: Vec<&Field> = message.fields.iter().collect();
            Value::Object(first_fields(contract, &fields))
        }
    };
    match field.shape {
        Shape::Repeated => json!([value]),
        Shape::Map => json!({"team": "payments"}),
        Shape::Plain | Shape::Optional | Shape::OneOf(_) => value,
    }
}

/// Text that may stand anywhere in HTML.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A message or enum, linked to where it is described.
struct Link<'a>(&'a str);

impl Display for Link<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<a href=\"#{0}\">{0}</a>", Text(self.0))
    }
}

/// The type of a field, with a link where it is one of ours.
struct KindOf<'a>(&'a Field);

impl Display for KindOf<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = Text(&kind(self.0)).to_string();
        match &self.0.kind {
            FieldKind::Enum(name) | FieldKind::Message(name) => {
                f.write_str(&text.replace(name.as_str(), &Link(name).to_string()))
            }
            _ => f.write_str(&text),
        }
    }
}
