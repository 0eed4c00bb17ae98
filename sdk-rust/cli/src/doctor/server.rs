//! What the server says, over both transports.

use nightbell::api::{
    Api, BatchReportRequest, BatchReportResponse, ExchangeKeyRequest, ListSchedulersRequest,
};
use nightbell::{Client, Config, Error, ErrorKind, Transport};

use super::{Finding, finding};
use crate::text;

/// How far a clock may be off before it is said.
const SKEW_MAX: f64 = 5.0;
/// How long the tokens of ExchangeKey are good for.
const TOKEN_LIFE_S: f64 = 900.0;

/// Tries both transports, and by the first that works what the key may do and the clock.
pub(super) async fn examine(config: &Config, url: &str) -> Vec<Finding> {
    let mut answers = vec![];
    let mut more = vec![];
    let mut troubles = vec![];
    for (what, transport) in [("gRPC", Transport::Grpc), ("REST", Transport::Http)] {
        let mut config = config.clone();
        (config.transport, config.spool) = (transport, None);
        let api = match Client::new(config) {
            Ok(client) => client.api(),
            Err(error) => {
                answers.push(finding(what, Err(error.to_string())));
                continue;
            }
        };
        // It holds no report: whether it would be taken is seen before that.
        let reported = api.batch_report(BatchReportRequest::default()).await;
        match may(reported) {
            Ok(may_report) => {
                answers.push(finding(what, Ok("answers, and takes the key".to_owned())));
                if more.is_empty() {
                    more.push(finding("key", rights(&api, may_report).await));
                    more.extend(clock(&api).await);
                }
            }
            Err(error) => {
                answers.push(finding(what, Err(error.to_string())));
                troubles.push(error);
            }
        }
    }
    match tls(url, &troubles) {
        Err(wrong) => vec![finding("TLS", Err(wrong))],
        Ok(found) => {
            let mut findings = vec![finding("TLS", Ok(found))];
            findings.extend(answers);
            findings.extend(more);
            findings
        }
    }
}

/// Whether the key's role allows a call.
///
/// # Errors
///
/// The server is not reached, or does not take the key.
fn may(answer: Result<BatchReportResponse, Error>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::InvalidArgument => Ok(true),
            ErrorKind::PermissionDenied => Ok(false),
            _ => Err(error),
        },
    }
}

async fn rights(api: &Api, may_report: bool) -> Result<String, String> {
    let request = ListSchedulersRequest { page_size: 1, ..Default::default() };
    let may_read = api.list_schedulers(request).await.is_ok();
    match (may_report, may_read) {
        (true, true) => Ok("may report, and read".to_owned()),
        (true, false) => Ok("may report, and not read: a job's".to_owned()),
        (false, true) => {
            Err("may read, and not report: jobs need one of the role reporter".to_owned())
        }
        (false, false) => Err("may neither report nor read".to_owned()),
    }
}

/// By the end of a token, which the server counts from its own time.
async fn clock(api: &Api) -> Option<Finding> {
    let before = text::now();
    let token = api.exchange_key(ExchangeKeyRequest {}).await.ok()?;
    let ends = jiff::Timestamp::try_from(token.expires_at?).ok()?;
    let skew = ends.duration_since(before).as_secs_f64() - TOKEN_LIFE_S;
    let order = if skew < 0.0 { "before" } else { "behind" };
    let text = format!("{:.1} s {order} the server's", skew.abs());
    Some(finding("clock", if skew.abs() > SKEW_MAX { Err(text) } else { Ok(text) }))
}

/// What is to be said of TLS, by what was met.
fn tls(url: &str, troubles: &[Error]) -> Result<String, String> {
    let is_tls = url.starts_with("https://");
    for trouble in troubles {
        let trouble = trouble.message();
        if is_tls && trouble.contains("InvalidContentType") {
            return Err("none is spoken there: does the address begin with http://?".to_owned());
        }
        if !is_tls && trouble.contains("invalid HTTP version") {
            return Err("no HTTP is spoken there: does the address begin with https://?".to_owned());
        }
        if is_tls && trouble.contains("UnknownIssuer") {
            return Err(format!(
                "{trouble}: NIGHTBELL_CA_FILE names whose certificates are trusted beside the usual"
            ));
        }
        if is_tls && trouble.contains("certificate") {
            return Err(trouble.to_owned());
        }
    }
    match (is_tls, troubles.len()) {
        (true, 0) => Ok("the certificate is trusted".to_owned()),
        (true, _) => Ok("spoken as far as is known".to_owned()),
        (false, _) => Ok("none: the address begins with http://".to_owned()),
    }
}
