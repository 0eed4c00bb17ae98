//! The calls over REST.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::wait_until;

/// REST with a key.
#[derive(Clone)]
pub(crate) struct Rest {
    client: Client,
    base: String,
    key: String,
}

impl Rest {
    pub(crate) fn new(base: String, key: &str) -> Self {
        let client = Client::builder().no_proxy().build().expect("a client");
        Self::over(client, base, key)
    }

    pub(crate) fn over(client: Client, base: String, key: &str) -> Self {
        Self { client, base, key: key.to_owned() }
    }

    /// The same with another key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The status that a page answers; `None` if nothing answers.
    pub(crate) async fn status_of(&self, path: &str) -> Option<u16> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Makes a call; status and body, or what the connection met.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), reqwest::Error> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !self.key.is_empty() {
            request = request.header("x-api-key", &self.key);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok((status, body))
    }

    /// Makes a call that must be answered; status and body.
    pub(crate) async fn answered(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        self.call(method, path, body).await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.good(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.good(Method::POST, path, Some(body)).await
    }

    async fn good(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let (status, body) = self.answered(method, path, body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Registers a scheduler with these further settings.
    pub(crate) async fn register(&self, scheduler_id: &str, settings: &Value) -> Value {
        let mut body = json!({
            "scheduler_id": scheduler_id, "service_name": "billing", "job_name": scheduler_id,
        });
        let fields = settings.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(fields);
        self.post("/api/v1/schedulers/register", &body).await
    }

    /// Adds a webhook; its id and secret.
    pub(crate) async fn add_webhook(&self, url: &str) -> (String, String) {
        let body = json!({"name": "on call", "webhook": {"url": url}});
        let made = self.post("/api/v1/channels", &body).await;
        let id = made["channel"]["channel_id"].as_str().expect("an id").to_owned();
        (id, made["secret"].as_str().expect("a secret").to_owned())
    }

    /// Reports a status, with what else the report says.
    pub(crate) async fn report(&self, scheduler_id: &str, status: &str, said: &Value) -> Value {
        let mut body = json!({
            "scheduler_id": scheduler_id,
            "status": status,
            "timestamp": jiff::Timestamp::now().to_string(),
        });
        body.as_object_mut()
            .expect("an object")
            .extend(said.as_object().expect("an object").clone());
        self.good(Method::PUT, &format!("/api/v1/schedulers/{scheduler_id}/status"), Some(&body))
            .await
    }

    pub(crate) async fn heartbeat(&self, scheduler_id: &str, said: &Value) -> Value {
        let mut body = json!({"scheduler_id": scheduler_id});
        body.as_object_mut()
            .expect("an object")
            .extend(said.as_object().expect("an object").clone());
        self.post(&format!("/api/v1/schedulers/{scheduler_id}/heartbeat"), &body).await
    }

    pub(crate) async fn run(&self, scheduler_id: &str, run_id: &str) -> Value {
        self.get(&format!("/api/v1/schedulers/{scheduler_id}/runs/{run_id}")).await["run"].clone()
    }

    /// The incidents of a scheduler, the newest first.
    pub(crate) async fn incidents(&self, scheduler_id: &str) -> Vec<Value> {
        let list = self.get(&format!("/api/v1/incidents?scheduler_id={scheduler_id}")).await;
        list["incidents"].as_array().cloned().unwrap_or_default()
    }

    /// The incident and its deliveries.
    pub(crate) async fn incident(&self, incident_id: &str) -> Value {
        self.get(&format!("/api/v1/incidents/{incident_id}")).await
    }

    /// Waits until the scheduler's newest incident is in this state, and returns it.
    pub(crate) async fn until_incident(&self, scheduler_id: &str, state: &str) -> Value {
        wait_until(&format!("an incident of {scheduler_id} is {state}"), async || {
            let newest = self.incidents(scheduler_id).await.into_iter().next()?;
            (newest["state"] == state).then_some(newest)
        })
        .await
    }

    /// Waits until the first delivery of an event of an incident has come so far.
    pub(crate) async fn until_delivery(
        &self,
        incident_id: &str,
        event: &str,
        state: &str,
    ) -> Value {
        wait_until(&format!("{event} of {incident_id} is {state}"), async || {
            let incident = self.incident(incident_id).await;
            let deliveries = incident["deliveries"].as_array().cloned().unwrap_or_default();
            deliveries.into_iter().find(|it| it["event"] == event && it["state"] == state)
        })
        .await
    }
}
