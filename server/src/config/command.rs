//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Watches scheduled jobs and tells the right person when one fails, falls
/// silent or dies.
///
/// Every setting has a flag and a variable of the environment: --listen is
/// `NIGHTBELL_LISTEN`, and so on. A flag wins.
#[derive(Debug, Parser)]
#[command(name = "nightbell-server", version)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<CliCommand>,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Runs the server. What happens when no command is given.
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    /// Makes, lists and revokes API keys, straight in the database.
    Keys {
        #[command(subcommand)]
        command: KeysCli,
    },
    /// Writes a copy of an embedded database, also while a server is at work on it.
    Backup {
        /// The file to write. It must not be there yet.
        file: PathBuf,
        #[command(flatten)]
        flags: StorageFlags,
    },
    /// Looks at the settings.
    Config {
        #[command(subcommand)]
        command: ConfigCli,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCli {
    /// Makes a key and prints it. It is shown only here.
    Create {
        #[command(flatten)]
        key: NewKey,
        #[command(flatten)]
        flags: StorageFlags,
    },
    /// Lists the keys, without their secrets.
    List {
        #[command(flatten)]
        flags: StorageFlags,
    },
    /// Ends a key.
    Revoke {
        /// The id of the key, as `keys list` shows it.
        key_id: String,
        #[command(flatten)]
        flags: StorageFlags,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCli {
    /// Prints the settings as they would be used, without secrets, or names
    /// what is wrong with them and ends with 2.
    Check {
        #[command(flatten)]
        flags: Flags,
    },
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run the server.
    Serve,
    /// Make a key.
    CreateKey(NewKey),
    /// List the keys.
    ListKeys,
    /// End a key.
    RevokeKey {
        /// Which.
        key_id: String,
    },
    /// Copy the database.
    BackUp {
        /// Where to.
        file: PathBuf,
    },
    /// Print the settings.
    CheckConfig,
}

/// The key to make.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct NewKey {
    /// Its name for people.
    #[arg(long)]
    pub name: String,

    /// What it may do.
    #[arg(long, value_enum)]
    pub role: Role,

    /// Only schedulers of this service.
    #[arg(long)]
    pub service: Option<String>,

    /// Only schedulers whose id begins so.
    #[arg(long)]
    pub prefix: Option<String>,

    /// How long it is good for, such as 90d, 12h or 2w. For ever if left out.
    #[arg(long, value_parser = duration)]
    pub expires_in: Option<Duration>,

    /// How many requests it may make each second, if not as many as the
    /// settings say.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_second: Option<u32>,

    /// The project that it belongs to.
    #[arg(long, default_value = "default")]
    pub project: String,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Register schedulers and report on them.
    Reporter,
    /// See everything.
    Viewer,
    /// See everything, pause schedulers, acknowledge and resolve incidents.
    Operator,
    /// Everything.
    Admin,
}

impl From<Role> for nightbell_domain::key::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Reporter => Self::Reporter,
            Role::Viewer => Self::Viewer,
            Role::Operator => Self::Operator,
            Role::Admin => Self::Admin,
        }
    }
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct StorageFlags {
    /// Where the data lies [default: `sqlite://nightbell.db`].
    #[arg(long, value_name = "URL")]
    pub(super) database_url: Option<String>,

    /// The file with the server's secret, made when missing [default: beside
    /// the database, as nightbell.db.secret].
    #[arg(long, value_name = "PATH")]
    pub(super) secret_file: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct Flags {
    #[command(flatten)]
    pub(super) storage: StorageFlags,

    /// Address and port to listen on [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,

    /// Networks and exact host names that webhooks may reach although they are
    /// not public, separated by commas.
    #[arg(long, value_name = "LIST")]
    pub(super) allow_targets: Option<String>,

    /// The server to send mail through, such as
    /// `smtp://user:password@mail.example.org:587` (STARTTLS) or `smtps://...`
    /// (TLS). Without it only channels with a mail server of their own write.
    #[arg(long, value_name = "URL")]
    pub(super) smtp_url: Option<String>,

    /// The sender of mail [default: nightbell@ and the host of --public-url].
    #[arg(long, value_name = "ADDRESS")]
    pub(super) mail_from: Option<String>,

    /// Domains of owners who are written to without asking them first, separated by
    /// commas; * for every one.
    #[arg(long, value_name = "LIST")]
    pub(super) mail_domains: Option<String>,

    /// Certificate chain in PEM. Needs --tls-key.
    #[arg(long, value_name = "PATH")]
    pub(super) tls_cert: Option<String>,

    /// Private key in PEM. Needs --tls-cert.
    #[arg(long, value_name = "PATH")]
    pub(super) tls_key: Option<String>,

    /// What to log, such as info or `nightbell_server=debug` [default: info].
    #[arg(long, value_name = "FILTER")]
    pub(super) log: Option<String>,

    /// How to log: text or json [default: text].
    #[arg(long, value_name = "FORMAT")]
    pub(super) log_format: Option<String>,

    /// Where people and jobs reach the server, for links.
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,

    /// The OpenID Connect provider that people sign in with, by its issuer, such as
    /// `https://login.example.org/realms/ours`. Needs the other three of its kind and
    /// --public-url.
    #[arg(long, value_name = "URL")]
    pub(super) oidc_issuer: Option<String>,

    /// What the provider calls this server.
    #[arg(long, value_name = "TEXT")]
    pub(super) oidc_client_id: Option<String>,

    /// The file with the secret that goes with it.
    #[arg(long, value_name = "PATH")]
    pub(super) oidc_client_secret_file: Option<String>,

    /// The claim of ID tokens that roles are made from; dots lead into it
    /// [default: groups].
    #[arg(long, value_name = "NAME")]
    pub(super) oidc_claim: Option<String>,

    /// Who may do what, such as `admin=ops-team,viewer=*`: by a value of the claim, a
    /// verified e-mail, `*@` and a domain, or * for whoever the provider lets in.
    #[arg(long, value_name = "LIST")]
    pub(super) oidc_roles: Option<String>,

    /// Requests each second of a key that has no number of its own
    /// [default: 1000].
    #[arg(long, value_name = "NUMBER")]
    pub(super) requests_per_second: Option<String>,

    /// Schedulers that a project may have [default: 100000].
    #[arg(long, value_name = "NUMBER")]
    pub(super) schedulers_max: Option<String>,

    /// Register an unknown scheduler when it first reports [default: false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(super) register_on_first_report: Option<String>,

    /// Show /metrics and reflection without a key [default: false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(super) open_metrics: Option<String>,

    /// Schedulers that /metrics shows one by one, to a key that may read [default: 0].
    #[arg(long, value_name = "NUMBER")]
    pub(super) metrics_schedulers_max: Option<String>,

    /// Origins of web pages that may call the server, separated by commas.
    #[arg(long, value_name = "LIST")]
    pub(super) cors_origins: Option<String>,
}

impl Flags {
    /// The flag's value, by the name of the variable that it stands for.
    pub(super) fn get(&self, variable: &str) -> Option<&str> {
        let flag = match variable {
            "NIGHTBELL_DATABASE_URL" => &self.storage.database_url,
            "NIGHTBELL_SECRET_FILE" => &self.storage.secret_file,
            "NIGHTBELL_LISTEN" => &self.listen,
            "NIGHTBELL_ALLOW_TARGETS" => &self.allow_targets,
            "NIGHTBELL_SMTP_URL" => &self.smtp_url,
            "NIGHTBELL_MAIL_FROM" => &self.mail_from,
            "NIGHTBELL_MAIL_DOMAINS" => &self.mail_domains,
            "NIGHTBELL_TLS_CERT" => &self.tls_cert,
            "NIGHTBELL_TLS_KEY" => &self.tls_key,
            "NIGHTBELL_LOG" => &self.log,
            "NIGHTBELL_LOG_FORMAT" => &self.log_format,
            "NIGHTBELL_PUBLIC_URL" => &self.public_url,
            "NIGHTBELL_OIDC_ISSUER" => &self.oidc_issuer,
            "NIGHTBELL_OIDC_CLIENT_ID" => &self.oidc_client_id,
            "NIGHTBELL_OIDC_CLIENT_SECRET_FILE" => &self.oidc_client_secret_file,
            "NIGHTBELL_OIDC_CLAIM" => &self.oidc_claim,
            "NIGHTBELL_OIDC_ROLES" => &self.oidc_roles,
            "NIGHTBELL_REQUESTS_PER_SECOND" => &self.requests_per_second,
            "NIGHTBELL_SCHEDULERS_MAX" => &self.schedulers_max,
            "NIGHTBELL_REGISTER_ON_FIRST_REPORT" => &self.register_on_first_report,
            "NIGHTBELL_OPEN_METRICS" => &self.open_metrics,
            "NIGHTBELL_METRICS_SCHEDULERS_MAX" => &self.metrics_schedulers_max,
            "NIGHTBELL_CORS_ORIGINS" => &self.cors_origins,
            _ => &None,
        };
        flag.as_deref()
    }
}

impl Cli {
    /// The command, and every place where a flag may stand, the nearest to the
    /// command's name first.
    pub(super) fn split(self) -> (Command, Vec<Flags>) {
        let outer = self.flags;
        let only = |storage| Flags { storage, ..Flags::default() };
        let (command, inner) = match self.command {
            None => (Command::Serve, Flags::default()),
            Some(CliCommand::Serve { flags }) => (Command::Serve, flags),
            Some(CliCommand::Keys { command: KeysCli::Create { key, flags } }) => {
                (Command::CreateKey(key), only(flags))
            }
            Some(CliCommand::Keys { command: KeysCli::List { flags } }) => {
                (Command::ListKeys, only(flags))
            }
            Some(CliCommand::Keys { command: KeysCli::Revoke { key_id, flags } }) => {
                (Command::RevokeKey { key_id }, only(flags))
            }
            Some(CliCommand::Backup { file, flags }) => (Command::BackUp { file }, only(flags)),
            Some(CliCommand::Config { command: ConfigCli::Check { flags } }) => {
                (Command::CheckConfig, flags)
            }
        };
        (command, vec![inner, outer])
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let rule = || "must be a whole number and a unit: 90d, 12h, 30m, 2w".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds: u64 = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(rule()),
    };
    let number: u32 = digits.parse().map_err(|_| rule())?;
    if number == 0 {
        return Err("must be more than zero".to_owned());
    }
    Ok(Duration::from_secs(u64::from(number) * seconds))
}
