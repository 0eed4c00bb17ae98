//! Badges for pages elsewhere: as a picture, and as [shields.io](https://shields.io/badges/endpoint-badge) reads them.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use nightbell_domain::id::SchedulerId;
use nightbell_domain::scheduler::Health;
use nightbell_proto::rest;
use serde_json::json;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::service::Services;
use crate::service::badges::{Badge, BadgeOf};

/// A picture with its own style, that loads nothing and runs nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The most characters of either half of a badge.
const CHARACTERS_MAX: usize = 60;

/// Badges of schedulers that carry the label `badge=public`, and of all with a label of
/// which some do. No key is asked for.
pub fn badges(services: Services) -> Router {
    let safe = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "public, max-age=60"),
    ];
    let router = Router::new()
        .route("/badges/{project}/schedulers/{file}", get(of_scheduler))
        .route("/badges/{project}/labels/{name}/{file}", get(of_label))
        .method_not_allowed_fallback(rest::wrong_verb)
        .with_state(services);
    safe.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    })
}

async fn of_scheduler(
    State(services): State<Services>,
    Path((project, file)): Path<(String, String)>,
) -> Response {
    let Some((id, form)) = Form::of(&file) else { return no_file() };
    let of = SchedulerId::parse(id).ok().map(BadgeOf::Scheduler);
    answer(&services, &project, of, form).await
}

async fn of_label(
    State(services): State<Services>,
    Path((project, name, file)): Path<(String, String, String)>,
) -> Response {
    let Some((value, form)) = Form::of(&file) else { return no_file() };
    answer(&services, &project, Some(BadgeOf::Label(name, value.to_owned())), form).await
}

async fn answer(services: &Services, project: &str, of: Option<BadgeOf>, form: Form) -> Response {
    let found = match of {
        // No name holds a NUL, and no database looks for one.
        _ if project.contains('\0') => Ok(None),
        Some(BadgeOf::Label(name, value)) if name.contains('\0') || value.contains('\0') => {
            Ok(None)
        }
        Some(of) => services.badge(project, of).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(badge)) => form.answer(StatusCode::OK, &Words::of(&badge)),
        Ok(None) => form.answer(StatusCode::NOT_FOUND, &Words::error("not found")),
        Err(error) => {
            tracing::warn!(%error, "a badge could not be shown");
            form.answer(StatusCode::SERVICE_UNAVAILABLE, &Words::error("not now"))
        }
    }
}

fn no_file() -> Response {
    (StatusCode::NOT_FOUND, "end the address with .svg or .json\n").into_response()
}

/// How a badge is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Picture,
    Shields,
}

impl Form {
    /// The name of a file without its ending, and what the ending asks for.
    fn of(file: &str) -> Option<(&str, Self)> {
        let (name, ending) = file.rsplit_once('.')?;
        match ending {
            "svg" => Some((name, Self::Picture)),
            "json" => Some((name, Self::Shields)),
            _ => None,
        }
    }

    fn answer(self, status: StatusCode, words: &Words) -> Response {
        let (media_type, text) = match self {
            Self::Picture => ("image/svg+xml; charset=utf-8", words.picture()),
            Self::Shields => ("application/json", words.shields()),
        };
        (status, [(header::CONTENT_TYPE, media_type)], text).into_response()
    }
}

/// What stands on a badge.
struct Words {
    subject: String,
    state: String,
    color: &'static str,
    is_error: bool,
}

impl Words {
    fn of(badge: &Badge) -> Self {
        let (word, color) = match badge.health {
            Health::New => ("new", "#5f6368"),
            Health::Up => ("up", "#2a7d3f"),
            Health::Down => ("down", "#b3261e"),
            Health::Paused => ("paused", "#5f6368"),
        };
        let state = match badge.count {
            1 => word.to_owned(),
            count => format!("{} of {count} {word}", badge.of_them),
        };
        Self { subject: shown(&badge.subject), state, color, is_error: false }
    }

    fn error(state: &str) -> Self {
        let subject = "nightbell".to_owned();
        Self { subject, state: state.to_owned(), color: "#5f6368", is_error: true }
    }

    fn shields(&self) -> String {
        let badge = json!({
            "schemaVersion": 1,
            "label": self.subject,
            "message": self.state,
            "color": self.color,
            "isError": self.is_error,
        });
        format!("{badge}\n")
    }

    /// The widths are set, so that it looks alike whatever font is there.
    fn picture(&self) -> String {
        let (left, right) = (width(&self.subject), width(&self.state));
        let (subject, state, color) = (escaped(&self.subject), escaped(&self.state), self.color);
        let half = |text: &str, at: usize, width: usize| {
            let (middle, inner) = (at + width / 2, width - 12);
            format!("<text x=\"{middle}\" y=\"14\" textLength=\"{inner}\">{text}</text>")
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" \
             aria-label=\"{subject}: {state}\"><title>{subject}: {state}</title>\
             <rect width=\"{all}\" height=\"20\" rx=\"3\" fill=\"#3c4043\"/>\
             <path d=\"M{left} 0h{flat}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{flat}z\" fill=\"{color}\"/>\
             <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" \
             font-size=\"11\">{}{}</g></svg>\n",
            half(&subject, 0, left),
            half(&state, left, right),
            all = left + right,
            flat = right - 3,
        )
    }
}

/// A text of a user's, on one line and not too long.
fn shown(text: &str) -> String {
    let is_long = text.chars().nth(CHARACTERS_MAX).is_some();
    let kept = if is_long { CHARACTERS_MAX - 1 } else { CHARACTERS_MAX };
    let line = text.chars().take(kept).map(|it| if it.is_control() { ' ' } else { it });
    line.chain(is_long.then_some('\u{2026}')).collect()
}

/// About as wide as Verdana has it at 11 px, with 6 px on either side.
fn width(text: &str) -> usize {
    text.chars().map(|it| if it.is_ascii() { 7 } else { 11 }).sum::<usize>().max(7) + 12
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(subject: &str, health: Health, count: usize) -> Words {
        Words::of(&Badge { subject: subject.to_owned(), health, count, of_them: 1 })
    }

    #[test]
    fn a_badge_says_in_words_what_it_shows_in_color() {
        assert!(words("EOD", Health::Down, 1).picture().contains("EOD: down"));
        let shields = words("team: books", Health::Down, 12).shields();
        let told: serde_json::Value = serde_json::from_str(&shields).unwrap();
        assert_eq!(
            (&told["message"], &told["label"]),
            (&json!("1 of 12 down"), &json!("team: books"))
        );
    }

    #[test]
    fn a_hostile_name_stays_text() {
        let picture = words("</title><script>x</script>\u{0}\"&", Health::Up, 1).picture();
        assert!(!picture.contains("<script") && !picture.contains('\u{0}'), "{picture}");
        assert!(picture.contains("&lt;script&gt;x&lt;/script&gt; &quot;&amp;: up"), "{picture}");
    }

    #[test]
    fn a_long_name_is_cut() {
        let picture = words(&"\u{1f514}".repeat(500), Health::Up, 1);
        assert_eq!(picture.subject.chars().count(), CHARACTERS_MAX);
        assert!(picture.subject.ends_with('\u{2026}'));
    }

    #[test]
    fn a_file_is_a_picture_or_for_shields_and_an_id_may_have_dots() {
        assert_eq!(Form::of("a.b.svg"), Some(("a.b", Form::Picture)));
        assert_eq!(Form::of("a.json"), Some(("a", Form::Shields)));
        assert_eq!((Form::of("a.png"), Form::of("a")), (None, None));
    }
}
