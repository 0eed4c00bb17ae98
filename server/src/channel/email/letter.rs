//! What a mail says.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message as Letter};

use crate::channel::message::Message;
use crate::channel::message::encode::{header_line, html};
use crate::channel::message::words::cut;
use crate::channel::notification::Notification;

/// Longer subjects are cut by every program that shows them.
const SUBJECT_CHARACTERS_MAX: usize = 200;

/// An address that cannot be written to, or a message that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the mail cannot be written: {0}")]
pub struct NoLetter(String);

/// A letter about a notification.
///
/// # Errors
///
/// An address that mail does not know.
pub fn letter(
    notification: &Notification,
    sender: &str,
    to: &[String],
) -> Result<Letter, NoLetter> {
    let message = Message::of(notification);
    let mailbox = |text: &str| {
        let address: Result<Address, _> = text.parse();
        address.map(|it| Mailbox::new(None, it)).map_err(|error| NoLetter(error.to_string()))
    };
    let from = Mailbox::new(Some("Nightbell".to_owned()), mailbox(sender)?.email);
    let host = from.email.domain().to_owned();
    // Not negative: nothing happened before 1970.
    let millis = u64::try_from(notification.occurred_at.as_millis()).unwrap_or_default();
    let mut letter = Letter::builder()
        .from(from)
        .subject(cut(&header_line(&message.title), SUBJECT_CHARACTERS_MAX))
        .message_id(Some(message_id(&notification.key, &host)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
        // No machine should answer a machine.
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .raw_header(plain_header("X-Nightbell-Key", &notification.key));
    if let Some(first) = notification.first_key() {
        let first = message_id(&first, &host);
        letter = letter.in_reply_to(first.clone()).references(first);
    }
    for address in to {
        letter = letter.to(mailbox(address)?);
    }
    letter
        .multipart(MultiPart::alternative_plain_html(text(&message), page(&message)))
        .map_err(|error| NoLetter(error.to_string()))
}

/// What an owner is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The scheduler that names them as its owner.
    pub scheduler: &'a str,
    /// Where to say yes.
    pub link: &'a str,
}

/// A letter that asks whether its reader may be told of jobs.
///
/// # Errors
///
/// An address that mail does not know.
pub fn question(question: &Question<'_>, sender: &str, to: &str) -> Result<Letter, NoLetter> {
    let mailbox = |text: &str| {
        let address: Result<Address, _> = text.parse();
        address.map(|it| Mailbox::new(None, it)).map_err(|error| NoLetter(error.to_string()))
    };
    let Question { project, scheduler, link } = question;
    let body = format!(
        "The job {} of the project {} names this address as its owner: mail is to go here when the \
         job fails or does not run.\n\nIf you want that, open\n\n  {link}\n\nand confirm. If you \
         do not, do nothing: nothing more is sent here.\n",
        header_line(scheduler),
        header_line(project),
    );
    Letter::builder()
        .from(Mailbox::new(Some("Nightbell".to_owned()), mailbox(sender)?.email))
        .to(mailbox(to)?)
        .subject("Nightbell: may we write to you when your jobs fail?")
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .body(body)
        .map_err(|error| NoLetter(error.to_string()))
}

/// The name of the message about a notification. What keys are made of is allowed in
/// it, but for the colon.
fn message_id(key: &str, host: &str) -> String {
    format!("<{}@{host}>", key.replace(':', "."))
}

fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), header_line(value))
}

/// The mail as text.
pub fn text(message: &Message) -> String {
    format!("{}\n\n{}\n", message.title, message.plain_body())
}

/// The mail as HTML: no script, no picture, nothing to load.
pub fn page(message: &Message) -> String {
    let colour = message.tone.colour();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\n\
         <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif\">\n\
         <div style=\"max-width:40em;margin:0 auto;border-left:6px solid #{colour:06x};\
         padding:0 0 0 18px\">\n\
         <h1 style=\"font-size:22px;line-height:1.3;margin:0 0 12px;overflow-wrap:anywhere\">\
         {title}</h1>\n<p style=\"margin:0 0 16px;overflow-wrap:anywhere\">{lead}</p>\n",
        title = html(&message.title),
        lead = html(&message.lead),
    );
    page.push_str("<table role=\"presentation\" style=\"border-collapse:collapse\">\n");
    for fact in &message.facts {
        // A string takes whatever is written to it.
        let _ = writeln!(
            page,
            "<tr><td style=\"padding:2px 16px 2px 0;vertical-align:top;white-space:nowrap;\
             opacity:.7\">{}</td><td style=\"padding:2px 0;overflow-wrap:anywhere\">{}</td></tr>",
            fact.label,
            html(&fact.value),
        );
    }
    page.push_str("</table>\n");
    if !message.error.is_empty() {
        let _ = writeln!(
            page,
            "<pre style=\"margin:16px 0;padding:12px;border:1px solid #8886;border-radius:4px;\
             font:14px/1.4 monospace;white-space:pre-wrap;overflow-wrap:anywhere\">{}</pre>",
            html(&message.error),
        );
    }
    page.push_str(&footer(message));
    page.push_str("</div></body></html>\n");
    page
}

fn footer(message: &Message) -> String {
    let mut footer = String::new();
    if !message.links.is_empty() {
        let links: Vec<_> = message
            .links
            .iter()
            .map(|link| {
                format!(
                    "<a href=\"{}\" style=\"margin-right:16px\">{}</a>",
                    html(&link.url),
                    link.label
                )
            })
            .collect();
        let _ = writeln!(footer, "<p style=\"margin:16px 0\">{}</p>", links.join("\n"));
    }
    if !message.how_to_acknowledge.is_empty() {
        let how = html(&message.how_to_acknowledge);
        let _ = writeln!(
            footer,
            "<p style=\"margin:16px 0 0;opacity:.7;overflow-wrap:anywhere\">{how}</p>"
        );
    }
    footer
}
