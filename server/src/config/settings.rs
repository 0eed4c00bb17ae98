//! The settings: their rules and what they become.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use nightbell_domain::settings::is_mail_address;
use url::Url;

use super::Problem;
use super::command::Flags;
use super::oidc;
use crate::auth::oidc::Provider;
use crate::channel::address::AllowList;
use crate::channel::email::server::MailServer;
use crate::channel::email::{Domains, Mail};
use crate::limits::{METRICS_SCHEDULERS_MAX, REQUESTS_PER_SECOND_DEFAULT, SCHEDULERS_DEFAULT};
use crate::store::postgres::Address;
use crate::telemetry::LogFormat;

/// What an operator set, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the data lies.
    pub database: Database,
    /// The file with the server's secret. None: the secret lives as long as a
    /// database in memory.
    pub secret_file: Option<PathBuf>,
    /// What webhooks may reach although it is not public.
    pub allow_targets: AllowList,
    /// How to send mail. None: only channels with a mail server of their own do.
    pub mail: Option<Mail>,
    /// Certificate and key. None: no TLS.
    pub tls: Option<TlsFiles>,
    /// What to log, as a filter that is known to be one.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
    /// Where people reach the server, without a slash at the end.
    pub public_url: Option<String>,
    /// The provider that people sign in with. None: with keys only.
    pub sign_in: Option<Provider>,
    /// Requests each second of a key that has no number of its own.
    pub requests_per_second: u32,
    /// Schedulers that a project may have.
    pub schedulers_max: u32,
    /// Whether an unknown scheduler is registered when it first reports.
    pub register_on_first_report: bool,
    /// Whether metrics and reflection need no key.
    pub open_metrics: bool,
    /// How many schedulers the metrics show one by one. 0: none.
    pub metrics_schedulers_max: u32,
    /// Origins of web pages that may call the server.
    pub cors_origins: Vec<String>,
}

/// Where the data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite's.
    Sqlite(PathBuf),
    /// SQLite in memory: gone when the server stops.
    Memory,
    /// PostgreSQL, which several servers may share.
    Postgres(Box<Address>),
}

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, in PEM.
    pub cert: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

impl Settings {
    /// The address to tell people and to make links with.
    pub fn address(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }

    /// Every setting as it will be used, one a line. No setting is a secret;
    /// where one could carry a password, it is refused when read.
    pub fn describe(&self) -> String {
        let path = |path: &PathBuf| path.display().to_string();
        let database = match &self.database {
            Database::Sqlite(file) => format!("sqlite://{}", file.display()),
            Database::Memory => "sqlite::memory:".to_owned(),
            Database::Postgres(address) => address.describe(),
        };
        let format = match self.log_format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        let oidc =
            |said: fn(&Provider) -> String| self.sign_in.as_ref().map(said).unwrap_or_default();
        let lines = [
            ("NIGHTBELL_LISTEN", self.listen.to_string()),
            ("NIGHTBELL_DATABASE_URL", database),
            ("NIGHTBELL_SECRET_FILE", self.secret_file.as_ref().map(path).unwrap_or_default()),
            ("NIGHTBELL_ALLOW_TARGETS", self.allow_targets.entries().collect::<Vec<_>>().join(",")),
            (
                "NIGHTBELL_SMTP_URL",
                self.mail.as_ref().map(|mail| mail.server.describe()).unwrap_or_default(),
            ),
            (
                "NIGHTBELL_MAIL_FROM",
                self.mail.as_ref().map(|mail| mail.sender.clone()).unwrap_or_default(),
            ),
            (
                "NIGHTBELL_MAIL_DOMAINS",
                self.mail.as_ref().map(|mail| mail.owner_domains.text()).unwrap_or_default(),
            ),
            (
                "NIGHTBELL_TLS_CERT",
                self.tls.as_ref().map(|tls| path(&tls.cert)).unwrap_or_default(),
            ),
            ("NIGHTBELL_TLS_KEY", self.tls.as_ref().map(|tls| path(&tls.key)).unwrap_or_default()),
            ("NIGHTBELL_LOG", self.log.clone()),
            ("NIGHTBELL_LOG_FORMAT", format.to_owned()),
            ("NIGHTBELL_PUBLIC_URL", self.public_url.clone().unwrap_or_default()),
            ("NIGHTBELL_OIDC_ISSUER", oidc(|it| it.issuer.as_str().to_owned())),
            ("NIGHTBELL_OIDC_CLIENT_ID", oidc(|it| it.client_id.clone())),
            (
                "NIGHTBELL_OIDC_CLIENT_SECRET_FILE",
                oidc(|it| it.client_secret_file.display().to_string()),
            ),
            ("NIGHTBELL_OIDC_CLAIM", oidc(|it| it.claim.clone())),
            ("NIGHTBELL_OIDC_ROLES", oidc(|it| it.roles.to_string())),
            ("NIGHTBELL_REQUESTS_PER_SECOND", self.requests_per_second.to_string()),
            ("NIGHTBELL_SCHEDULERS_MAX", self.schedulers_max.to_string()),
            ("NIGHTBELL_REGISTER_ON_FIRST_REPORT", self.register_on_first_report.to_string()),
            ("NIGHTBELL_OPEN_METRICS", self.open_metrics.to_string()),
            ("NIGHTBELL_METRICS_SCHEDULERS_MAX", self.metrics_schedulers_max.to_string()),
            ("NIGHTBELL_CORS_ORIGINS", self.cors_origins.join(",")),
        ];
        lines.into_iter().fold(String::new(), |mut text, (name, value)| {
            writeln!(text, "{name}={value}").expect("a string takes whatever is written to it");
            text
        })
    }
}

/// Checks everything, so that all mistakes can be mended at once. None exactly
/// when a problem was found here.
pub(super) fn check(
    flags: &[Flags],
    variables: &HashMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    let mut source = Source { flags, variables, problems };
    let database = source.parse("NIGHTBELL_DATABASE_URL", "sqlite://nightbell.db", database);
    let secret_file = source.text("NIGHTBELL_SECRET_FILE").map(PathBuf::from);
    if matches!(database, Some(Database::Postgres(_))) && secret_file.is_none() {
        source.refuse("NIGHTBELL_SECRET_FILE", SECRET_RULE);
    }
    let listen = source.parse("NIGHTBELL_LISTEN", "127.0.0.1:8080", listen);
    let allow_targets = source.parse("NIGHTBELL_ALLOW_TARGETS", "", |text| {
        text.parse::<AllowList>().map_err(|error| format!("has a bad entry: {error}"))
    });
    let tls = tls(&mut source);
    let mail = mail(&mut source);
    let log = source.parse("NIGHTBELL_LOG", "info", log);
    let log_format = source.parse("NIGHTBELL_LOG_FORMAT", "text", log_format);
    let public_url = match source.text("NIGHTBELL_PUBLIC_URL") {
        Some(text) => source.parse("NIGHTBELL_PUBLIC_URL", &text, public_url).map(Some),
        None => Some(None),
    };
    let sign_in = oidc::provider(&mut source);
    let rate = REQUESTS_PER_SECOND_DEFAULT.to_string();
    let requests_per_second = source.parse("NIGHTBELL_REQUESTS_PER_SECOND", &rate, number);
    let most = SCHEDULERS_DEFAULT.to_string();
    let schedulers_max = source.parse("NIGHTBELL_SCHEDULERS_MAX", &most, number);
    let register = source.parse("NIGHTBELL_REGISTER_ON_FIRST_REPORT", "false", boolean);
    let open_metrics = source.parse("NIGHTBELL_OPEN_METRICS", "false", boolean);
    let metrics_schedulers_max = source.parse("NIGHTBELL_METRICS_SCHEDULERS_MAX", "0", measured);
    let cors_origins = source.parse("NIGHTBELL_CORS_ORIGINS", "", origins);

    let database = database?;
    Some(Settings {
        secret_file: secret_file.or_else(|| secret_beside(&database)),
        database,
        listen: listen?,
        allow_targets: allow_targets?,
        tls: tls?,
        mail: mail?,
        log: log?,
        log_format: log_format?,
        public_url: public_url?,
        sign_in: sign_in?,
        requests_per_second: requests_per_second?,
        schedulers_max: schedulers_max?,
        register_on_first_report: register?,
        open_metrics: open_metrics?,
        metrics_schedulers_max: metrics_schedulers_max?,
        cors_origins: cors_origins?,
    })
}

pub(super) struct Source<'a> {
    flags: &'a [Flags],
    variables: &'a HashMap<String, String>,
    problems: &'a mut Vec<Problem>,
}

impl Source<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let flag = self.flags.iter().find_map(|flags| flags.get(name));
        flag.or_else(|| self.variables.get(name).map(String::as_str)).map(str::to_owned)
    }

    pub(super) fn parse<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        parse(text.trim()).map_err(|rule| self.refuse(name, rule)).ok()
    }

    pub(super) fn refuse(&mut self, name: &str, rule: impl Into<String>) {
        self.problems.push(Problem { setting: name.to_owned(), rule: rule.into() });
    }
}

/// Beside a file is where a secret is found; PostgreSQL is no file.
const SECRET_RULE: &str =
    "must name a file, the same for every server on the database, which the first start makes";

fn database(text: &str) -> Result<Database, String> {
    if text == "sqlite::memory:" {
        return Ok(Database::Memory);
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Address::parse(text).map(|address| Database::Postgres(Box::new(address)));
    }
    match text.strip_prefix("sqlite://") {
        Some(path) if !path.is_empty() && !path.contains('?') => Ok(Database::Sqlite(path.into())),
        // The text is not repeated: it may hold a password.
        _ => Err("must be sqlite:// and the path of a file, such as \
                  sqlite:///var/lib/nightbell/nightbell.db, or an address such as \
                  postgres://user:password@host/database"
            .to_owned()),
    }
}

fn secret_beside(database: &Database) -> Option<PathBuf> {
    let Database::Sqlite(file) = database else { return None };
    let mut secret = file.clone().into_os_string();
    secret.push(".secret");
    Some(secret.into())
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_| {
        format!("is `{text}`; must be an address and a port, such as 0.0.0.0:8080 or [::]:8080")
    })
}

/// None: a problem was found. Some(None): no TLS.
#[expect(clippy::option_option, reason = "refused, off and on differ")]
fn tls(source: &mut Source<'_>) -> Option<Option<TlsFiles>> {
    let (cert, key) = ("NIGHTBELL_TLS_CERT", "NIGHTBELL_TLS_KEY");
    match (source.text(cert), source.text(key)) {
        (None, None) => Some(None),
        (Some(cert), Some(key)) => Some(Some(TlsFiles { cert: cert.into(), key: key.into() })),
        (Some(_), None) => {
            source.refuse(key, format!("must be set, since {cert} is"));
            None
        }
        (None, Some(_)) => {
            source.refuse(cert, format!("must be set, since {key} is"));
            None
        }
    }
}

/// None: a problem was found. Some(None): no mail server.
#[expect(clippy::option_option, reason = "refused, off and on differ")]
fn mail(source: &mut Source<'_>) -> Option<Option<Mail>> {
    let (server, from) = ("NIGHTBELL_SMTP_URL", "NIGHTBELL_MAIL_FROM");
    let sender = source.text(from);
    if sender.as_ref().is_some_and(|it| !is_mail_address(it)) {
        source.refuse(from, "must be one address, such as nightbell@example.org");
        return None;
    }
    let owner_domains = source.parse("NIGHTBELL_MAIL_DOMAINS", "", Domains::parse);
    let Some(text) = source.text(server) else { return owner_domains.map(|_| None) };
    let server = source.parse(server, &text, MailServer::parse)?;
    let public = source.text("NIGHTBELL_PUBLIC_URL").and_then(|it| Url::parse(&it).ok());
    let host = public.and_then(|it| it.domain().map(str::to_owned));
    let Some(sender) = sender.or_else(|| host.map(|host| format!("nightbell@{host}"))) else {
        source.refuse(from, "must be set, since NIGHTBELL_SMTP_URL is");
        return None;
    };
    Some(Some(Mail { server, sender, owner_domains: owner_domains? }))
}

fn log(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| {
        format!("must be a filter such as info or nightbell_server=debug: {error}")
    })
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("is `{text}`; must be text or json")),
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let rule = "must be an address such as https://nightbell.example.org, \
                without user, query or fragment";
    let url = Url::parse(text).map_err(|_| rule.to_owned())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_plain { Ok(url.as_str().trim_end_matches('/').to_owned()) } else { Err(rule.to_owned()) }
}

fn number(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("is `{text}`; must be a whole number from 1 to {}", u32::MAX)),
    }
}

/// How many schedulers are measured one by one.
fn measured(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if number <= METRICS_SCHEDULERS_MAX => Ok(number),
        _ => Err(format!("is `{text}`; must be a whole number from 0 to {METRICS_SCHEDULERS_MAX}")),
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(format!("is `{text}`; must be true or false")),
    }
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    text.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(origin).collect()
}

/// Exact origins only: a wildcard would let any page that a person visits use
/// a key typed into it.
fn origin(text: &str) -> Result<String, String> {
    let is_origin = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.origin().ascii_serialization() == text.to_ascii_lowercase()
    });
    if is_origin {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!("has `{text}`; must hold exact origins such as https://dash.example.org"))
}
