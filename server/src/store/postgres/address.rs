//! Where a PostgreSQL database is, and how to reach it safely.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// How long a host may take to let us in, unless the address says otherwise by
/// `connect_timeout`. Two that hang leave time for a third in one transaction.
pub(super) const CONNECT_MAX: Duration = Duration::from_secs(3);

/// How long sent data may stay unanswered by the network before the connection counts
/// as broken. Longer than any statement may take.
const UNANSWERED_MAX: Duration = Duration::from_secs(10);

/// After how long of silence a connection is probed.
const PROBE_AFTER: Duration = Duration::from_secs(5);

/// Where a PostgreSQL database is. Its `Debug` shows no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) config: Config,
    pub(super) tls: Tls,
}

/// How the way to the database is kept private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tls {
    /// It is not: the way does not leave the machine, or an operator said so.
    Off,
    /// By TLS with a certificate that is good for the host's name.
    Verified {
        /// The file with the certificates to trust. None: those of the system.
        roots: Option<PathBuf>,
    },
}

impl Address {
    /// Reads an address such as `postgres://nightbell@db.example.org/nightbell`.
    ///
    /// Several hosts, separated by commas, are tried in order; the one that takes
    /// writes is used.
    ///
    /// # Errors
    ///
    /// The rule that it breaks, without a word of the address: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut roots, mut kept) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => roots = Some(PathBuf::from(value)),
                _ => kept.push(pair),
            }
        }
        let plain =
            if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        let mut config: Config = plain.parse().map_err(|_| {
            "must be an address such as postgres://user:password@host:5432/database, with letters \
             that have a meaning in addresses written as %XX"
                .to_owned()
        })?;
        if config.get_hosts().is_empty() {
            return Err("must name a host".to_owned());
        }
        let is_local = config.get_hosts().iter().all(is_on_this_machine);
        let tls = match mode {
            None if is_local && roots.is_none() => Tls::Off,
            Some("disable") => Tls::Off,
            None | Some("verify-full") => Tls::Verified { roots },
            Some(_) => {
                return Err("must have sslmode verify-full, which is the default for other \
                            machines, or disable"
                    .to_owned());
            }
        };
        prepare(&mut config, &tls);
        Ok(Self { config, tls })
    }

    /// The same for each of its hosts alone, in their order.
    pub(super) fn hosts(&self) -> Vec<Config> {
        let whole = &self.config;
        let (ports, hostaddrs) = (whole.get_ports(), whole.get_hostaddrs());
        let one = |(place, host): (usize, &Host)| {
            let mut one = shared(whole);
            match host {
                Host::Tcp(name) => one.host(name),
                Host::Unix(folder) => one.host_path(folder),
            };
            if let Some(port) = ports.get(place).or(ports.first()) {
                one.port(*port);
            }
            if let Some(address) = hostaddrs.get(place) {
                one.hostaddr(*address);
            }
            one
        };
        whole.get_hosts().iter().enumerate().map(one).collect()
    }

    /// How long a host may take to let us in.
    pub(super) fn connect_max(&self) -> Duration {
        self.config.get_connect_timeout().copied().unwrap_or(CONNECT_MAX)
    }

    /// The address for people: without the password.
    pub fn describe(&self) -> String {
        let mut text = "postgres://".to_owned();
        if let Some(user) = self.config.get_user() {
            text.push_str(user);
            text.push('@');
        }
        let ports = self.config.get_ports();
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            match host {
                Host::Tcp(name) => text.push_str(name),
                Host::Unix(path) => text.push_str(&path.to_string_lossy().replace('/', "%2F")),
            }
            if let Some(port) = ports.get(place).or(ports.first()) {
                write!(text, ":{port}").expect("a string takes whatever is written to it");
            }
        }
        text.push('/');
        text.push_str(self.config.get_dbname().unwrap_or_default());
        text
    }
}

fn is_on_this_machine(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
        }
    }
}

/// What an address says of all its hosts.
fn shared(whole: &Config) -> Config {
    let mut config = Config::new();
    config.ssl_mode(whole.get_ssl_mode()).ssl_negotiation(whole.get_ssl_negotiation());
    config.channel_binding(whole.get_channel_binding());
    if let Some(user) = whole.get_user() {
        config.user(user);
    }
    if let Some(password) = whole.get_password() {
        config.password(password);
    }
    if let Some(name) = whole.get_dbname() {
        config.dbname(name);
    }
    if let Some(options) = whole.get_options() {
        config.options(options);
    }
    if let Some(name) = whole.get_application_name() {
        config.application_name(name);
    }
    if let Some(most) = whole.get_connect_timeout() {
        config.connect_timeout(*most);
    }
    prepare_network(&mut config);
    config
}

/// What every connection needs, unless the address says otherwise.
fn prepare(config: &mut Config, tls: &Tls) {
    config.ssl_mode(match tls {
        Tls::Off => SslMode::Disable,
        Tls::Verified { .. } => SslMode::Require,
    });
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_MAX);
    }
    if config.get_application_name().is_none() {
        config.application_name("nightbell");
    }
    prepare_network(config);
}

/// What every connection needs whatever the address says.
fn prepare_network(config: &mut Config) {
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    config.tcp_user_timeout(UNANSWERED_MAX);
    config.keepalives_idle(PROBE_AFTER).keepalives_interval(PROBE_AFTER).keepalives_retries(2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_machines_are_reached_over_tls_unless_an_operator_says_otherwise() {
        let tls = |text: &str| Address::parse(text).unwrap().tls;
        let verified = |roots: Option<&str>| Tls::Verified { roots: roots.map(PathBuf::from) };

        assert_eq!(tls("postgres://u@127.0.0.1/d"), Tls::Off);
        assert_eq!(tls("postgres://u@localhost/d"), Tls::Off);
        assert_eq!(tls("postgresql://u@%2Frun%2Fpostgresql/d"), Tls::Off);
        assert_eq!(tls("postgres://u@db.example.org/d"), verified(None));
        assert_eq!(tls("postgres://u@localhost,db.example.org/d"), verified(None));
        assert_eq!(tls("postgres://u@db/d?sslrootcert=/ca.pem"), verified(Some("/ca.pem")));
        assert_eq!(tls("postgres://u@localhost/d?sslmode=verify-full"), verified(None));
        assert_eq!(tls("postgres://u@db/d?sslmode=disable&connect_timeout=3"), Tls::Off);
        for weak in ["prefer", "allow", "require", "verify-ca", ""] {
            assert!(Address::parse(&format!("postgres://u@db/d?sslmode={weak}")).is_err());
        }
    }

    #[test]
    fn each_host_keeps_what_the_address_says_of_all() {
        let text = "postgres://user:pa55w0rd@a:1,b:2/nightbell?options=-c%20jit%3Doff&\
                    application_name=bell&connect_timeout=2&channel_binding=require&\
                    sslnegotiation=direct";
        let address = Address::parse(text).unwrap();

        let hosts = address.hosts();

        let alone = |host: &str, port: &str| {
            let text = text.replace("a:1,b:2", &format!("{host}:{port}"));
            Address::parse(&text).unwrap().config
        };
        assert_eq!(hosts, [alone("a", "1"), alone("b", "2")]);
        let one_port = Address::parse("postgres://u@a,b:5433/d?hostaddr=10.0.0.1,10.0.0.2");
        let hosts = one_port.unwrap().hosts();
        assert_eq!(hosts[1].get_ports(), [5433]);
        assert_eq!(hosts[1].get_hostaddrs(), ["10.0.0.2".parse::<IpAddr>().unwrap()]);
    }

    #[test]
    fn no_description_shows_a_password() {
        let address = Address::parse("postgres://user:pa55w0rd@a:1,b:2/nightbell").unwrap();

        assert_eq!(address.describe(), "postgres://user@a:1,b:2/nightbell");
        assert!(!format!("{address:?}").contains("pa55w0rd"));
        for wrong in ["postgres://user:pa55w0rd@", "postgres://u:pa55w0rd@h/d?nonsense=1"] {
            assert!(!Address::parse(wrong).unwrap_err().contains("pa55w0rd"));
        }
    }
}
