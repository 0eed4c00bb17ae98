//! A server in the process, for the tests of programs that use this crate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::api::{RegisterSchedulerRequest, SendHeartbeatRequest, UpdateStatusRequest};
use crate::call::{Call, Wire};
use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Facts, code_of_status, kind_of_status};

/// Keeps what it is told, and answers as the server does. Cheap to clone.
///
/// ```
/// # async fn test() {
/// let server = nightbell::testing::Server::new();
/// let client = server.client();
/// client.job("eod").run(|_| async { Ok::<_, std::io::Error>(()) }).await.unwrap();
/// let words: Vec<_> = server.reports().iter().filter_map(|report| report.status).collect();
/// assert_eq!(words, [nightbell::api::RunStatus::Running, nightbell::api::RunStatus::Completed]);
/// # }
/// # tokio::runtime::Runtime::new().unwrap().block_on(test());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Server {
    told: Arc<Mutex<Told>>,
}

#[derive(Debug, Default)]
struct Told {
    registrations: Vec<RegisterSchedulerRequest>,
    reports: Vec<UpdateStatusRequest>,
    heartbeats: Vec<SendHeartbeatRequest>,
    trouble: Option<Trouble>,
    troubles: HashMap<String, Trouble>,
    is_to_cancel: bool,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Nobody listens.
    Refused,
    /// Every call is answered with this HTTP status.
    Status(u16),
}

impl Server {
    /// A server that was told nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A client of it, with no disk.
    ///
    /// # Panics
    ///
    /// The system gives no thread.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client_with(Config::default())
    }

    /// As [`Server::client`], with settings; their address is not used.
    ///
    /// # Panics
    ///
    /// The system gives no thread.
    #[must_use]
    pub fn client_with(&self, config: Config) -> Client {
        let spool = config.spool.as_deref().map(|it| crate::spool::Spool::new(it, "testing"));
        Client::start(config, Wire::Test(self.clone()), spool)
            .expect("a test can have a thread of its own")
    }

    /// The registrations, in the order in which they came.
    #[must_use]
    pub fn registrations(&self) -> Vec<RegisterSchedulerRequest> {
        self.told().registrations.clone()
    }

    /// The status reports, in the order in which they came.
    #[must_use]
    pub fn reports(&self) -> Vec<UpdateStatusRequest> {
        self.told().reports.clone()
    }

    /// The heartbeats, in the order in which they came.
    #[must_use]
    pub fn heartbeats(&self) -> Vec<SendHeartbeatRequest> {
        self.told().heartbeats.clone()
    }

    /// From now on every call goes wrong, or with None none does.
    pub fn fail_with(&self, trouble: impl Into<Option<Trouble>>) {
        self.told().trouble = trouble.into();
    }

    /// From now on every call about this job goes wrong, or with None none does.
    pub fn fail_job(&self, scheduler_id: impl Into<String>, trouble: impl Into<Option<Trouble>>) {
        let troubles = &mut self.told().troubles;
        match trouble.into() {
            Some(trouble) => troubles.insert(scheduler_id.into(), trouble),
            None => troubles.remove(&scheduler_id.into()),
        };
    }

    /// Asks every run to stop, with the answer to its next report.
    pub fn cancel_all(&self) {
        self.told().is_to_cancel = true;
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn answer<C: Call>(&self, request: &C) -> Result<C::Response, Error> {
        let mut told = self.told();
        let body = serde_json::to_value(request).unwrap_or_default();
        let of_job = body["scheduler_id"].as_str().and_then(|id| told.troubles.get(id).copied());
        match told.trouble.or(of_job) {
            Some(Trouble::Refused) => return Err(Error::unavailable("connection refused")),
            Some(Trouble::Status(status)) => {
                return Err(Error::new(Facts {
                    kind: Some(kind_of_status(status)),
                    status: Some(status),
                    code: Some(code_of_status(status)),
                    message: format!("HTTP status {status}"),
                    ..Facts::default()
                }));
            }
            None => {}
        }
        let answer = told.take(C::PATH, &body);
        serde_json::from_value(answer)
            .map_err(|error| Error::of(ErrorKind::Server, error.to_string()))
    }
}

impl Told {
    fn take(&mut self, path: &str, body: &Value) -> Value {
        let read = |body: &Value| serde_json::from_value(body.clone()).ok();
        let call = path.rsplit('/').next().unwrap_or_default();
        match call {
            "RegisterScheduler" => self.registrations.extend(read(body)),
            "UpdateStatus" => {
                self.reports.extend(serde_json::from_value::<UpdateStatusRequest>(body.clone()));
            }
            "SendHeartbeat" => {
                self.heartbeats
                    .extend(serde_json::from_value::<SendHeartbeatRequest>(body.clone()));
            }
            "BatchReport" => return self.take_batch(body),
            _ => return json!({}),
        }
        let directives = json!({
            "scheduler_id": body["scheduler_id"],
            "run_id": body["run_id"].as_str().unwrap_or_default(),
            "cancel_requested": self.is_to_cancel && call != "RegisterScheduler",
        });
        json!({"scheduler_id": body["scheduler_id"], "directives": directives})
    }

    fn take_batch(&mut self, body: &Value) -> Value {
        let items = body["items"].as_array().cloned().unwrap_or_default();
        let mut results = vec![];
        for (index, item) in items.iter().enumerate() {
            self.reports
                .extend(serde_json::from_value::<UpdateStatusRequest>(item["status"].clone()));
            results.push(json!({"index": index, "code": 0}));
        }
        json!({"results": results})
    }
}
