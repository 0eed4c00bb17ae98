//! `nightbell incidents`.

use std::cmp::Reverse;

use clap::{Args, Subcommand};
use nightbell::api::{
    AcknowledgeIncidentRequest, Api, Delivery, GetIncidentRequest, Incident, IncidentEvent,
    IncidentState, ListIncidentsRequest,
};

use crate::{Failure, Form, is_unread, session, text};

/// How many a page holds.
const PAGE: i32 = 500;
/// How `list --check` exits when it could not ask.
const NOT_ASKED: u8 = 3;

#[derive(Debug, Subcommand)]
pub(crate) enum Incidents {
    /// Lists incidents, the newest first
    List(List),
    /// Shows one, with its history and what became of its notifications
    Show(Show),
    /// Says that somebody has it
    Ack(Ack),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those that are over, too
    #[arg(long)]
    all: bool,
    /// Only those of this job
    #[arg(long)]
    scheduler: Option<String>,
    /// Exit with 1 when there is any, and with 3 when that cannot be found out
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The incident's id
    incident: String,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Ack {
    /// The incident's id
    incident: String,
    /// Who has it; else the user of this machine
    #[arg(long)]
    by: Option<String>,
    /// What to tell the others
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    form: Form,
}

impl Incidents {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let is_check = matches!(&self, Self::List(list) if list.check);
        self.ask().or_else(|failure| {
            if !is_check || is_unread(&failure) {
                return Err(failure);
            }
            text::complain(&failure.to_string());
            Ok(NOT_ASKED)
        })
    }

    fn ask(self) -> Result<u8, Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            match self {
                Self::List(list) => list.run(&api).await,
                Self::Show(show) => show.run(&api).await,
                Self::Ack(ack) => ack.run(&api).await,
            }
        })
    }
}

impl List {
    async fn run(&self, api: &Api) -> Result<u8, Failure> {
        let states = if self.all {
            vec![None]
        } else {
            vec![Some(IncidentState::Open), Some(IncidentState::Acknowledged)]
        };
        let mut incidents = vec![];
        for state in states {
            incidents.extend(self.in_state(api, state).await?);
        }
        incidents.sort_by_key(|it| Reverse(it.opened_at));
        self.form.show(|| table(&incidents), &incidents)?;
        Ok(u8::from(self.check && !incidents.is_empty()))
    }

    async fn in_state(
        &self,
        api: &Api,
        state: Option<IncidentState>,
    ) -> Result<Vec<Incident>, Failure> {
        let scheduler_id = self.scheduler.clone().unwrap_or_default();
        let mut request =
            ListIncidentsRequest { page_size: PAGE, scheduler_id, state, ..Default::default() };
        let mut incidents = vec![];
        loop {
            let page = api.list_incidents(request.clone()).await?;
            incidents.extend(page.incidents);
            if page.next_page_token.is_empty() {
                return Ok(incidents);
            }
            request.page_token = page.next_page_token;
        }
    }
}

impl Show {
    async fn run(self, api: &Api) -> Result<u8, Failure> {
        let request = GetIncidentRequest { incident_id: self.incident };
        let answer = api.get_incident(request).await?;
        let words = || {
            let incident = answer.incident.clone().unwrap_or_default();
            let error = incident.error_message.as_deref().map(text::quoted).unwrap_or_default();
            let history: Vec<_> = answer.history.iter().map(event_row).collect();
            let deliveries: Vec<_> = answer.deliveries.iter().map(delivery_row).collect();
            format!(
                "{}{error}\n{}\n{}",
                facts(&incident),
                text::table(&["EVENT", "AT", "BY", "NOTE"], &history),
                text::table(&["TOLD", "CHANNEL", "STATE", "ATTEMPTS", "LAST RESULT"], &deliveries)
            )
        };
        self.form.show(words, &answer)?;
        Ok(0)
    }
}

impl Ack {
    async fn run(self, api: &Api) -> Result<u8, Failure> {
        let user = || std::env::var("USER").unwrap_or_else(|_| "nightbell".to_owned());
        let request = AcknowledgeIncidentRequest {
            incident_id: self.incident,
            by: self.by.unwrap_or_else(user),
            note: self.note.unwrap_or_default(),
        };
        let words = format!("{} has {}.", request.by, request.incident_id);
        let incident = api.acknowledge_incident(request).await?.incident;
        self.form.show(|| text::clean(&words).into_owned(), &incident)?;
        Ok(0)
    }
}

fn table(incidents: &[Incident]) -> String {
    let now = text::now();
    let row = |it: &Incident| {
        vec![
            it.incident_id.clone(),
            it.scheduler_id.clone(),
            text::word(it.reason),
            text::word(it.state),
            text::when(it.opened_at, now),
            it.acknowledgement.as_ref().map_or_else(String::new, |it| it.by.clone()),
            it.summary.clone(),
        ]
    };
    let rows: Vec<_> = incidents.iter().map(row).collect();
    text::table(&["INCIDENT", "SCHEDULER", "REASON", "STATE", "SINCE", "BY", "SUMMARY"], &rows)
}

fn facts(it: &Incident) -> String {
    let now = text::now();
    let since = |time: Option<_>| time.map(|_| text::when(time, now)).unwrap_or_default();
    let acknowledgement = it.acknowledgement.clone().unwrap_or_default();
    let rows = [
        ("summary", it.summary.clone()),
        ("scheduler", it.scheduler_id.clone()),
        ("service", it.service_name.clone()),
        ("job", it.job_name.clone()),
        ("reason", text::word(it.reason)),
        ("severity", it.severity.map(|it| text::word(Some(it))).unwrap_or_default()),
        ("state", text::word(it.state)),
        ("by", acknowledgement.by),
        ("note", acknowledgement.note),
        ("onset", since(it.onset_at)),
        ("opened", since(it.opened_at)),
        ("reopened", since(it.reopened_at)),
        ("resolved", since(it.resolved_at)),
        ("resolution", it.resolution.map(|it| text::word(Some(it))).unwrap_or_default()),
        ("runs", it.run_ids.join(" ")),
    ];
    text::facts(&it.incident_id, rows)
}

fn event_row(it: &IncidentEvent) -> Vec<String> {
    let at = text::when(it.at, text::now());
    vec![it.event.clone(), at, it.by.clone(), it.note.clone()]
}

fn delivery_row(it: &Delivery) -> Vec<String> {
    vec![
        it.event.clone(),
        it.channel_id.clone(),
        text::word(it.state),
        it.attempts.to_string(),
        it.last_result.clone(),
    ]
}
