//! `nightbell incidents`.

use clap::{Args, Subcommand};
use nightbell::api::{
    AcknowledgeIncidentRequest, Api, Incident, IncidentState, ListIncidentsRequest,
};

use crate::{Failure, Form, session, text};

#[derive(Debug, Subcommand)]
pub(crate) enum Incidents {
    /// Lists incidents, the newest first
    List(List),
    /// Says that somebody has it
    Ack(Ack),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those that are over, too
    #[arg(long)]
    all: bool,
    /// Exit with 1 when there is any
    #[arg(long)]
    check: bool,
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
}

impl Incidents {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let client = session::for_people()?;
        let api = client.api();
        session::runtime()?.block_on(async {
            match self {
                Self::List(list) => list.run(&api).await,
                Self::Ack(ack) => {
                    let user = || std::env::var("USER").unwrap_or_else(|_| "nightbell".to_owned());
                    let request = AcknowledgeIncidentRequest {
                        incident_id: ack.incident,
                        by: ack.by.unwrap_or_else(user),
                        note: ack.note.unwrap_or_default(),
                    };
                    api.acknowledge_incident(request).await?;
                    Ok(0)
                }
            }
        })
    }
}

impl List {
    async fn run(&self, api: &Api) -> Result<u8, Failure> {
        let mut incidents = vec![];
        let mut page_token = String::new();
        loop {
            let request = ListIncidentsRequest { page_size: 500, page_token, ..Default::default() };
            let page = api.list_incidents(request).await?;
            incidents.extend(page.incidents);
            if page.next_page_token.is_empty() {
                break;
            }
            page_token = page.next_page_token;
        }
        if !self.all {
            incidents.retain(|it| it.state != Some(IncidentState::Resolved));
        }
        self.form.show(|| table(&incidents), &incidents)?;
        Ok(u8::from(self.check && !incidents.is_empty()))
    }
}

fn table(incidents: &[Incident]) -> String {
    let now = text::now();
    let row = |it: &Incident| {
        vec![
            it.incident_id.clone(),
            it.scheduler_id.clone(),
            it.reason.map_or_else(String::new, |it| format!("{it:?}").to_lowercase()),
            it.state.map_or_else(String::new, |it| format!("{it:?}").to_lowercase()),
            text::when(it.opened_at, now),
            it.acknowledgement.as_ref().map_or_else(String::new, |it| it.by.clone()),
        ]
    };
    let rows: Vec<_> = incidents.iter().map(row).collect();
    text::table(&["INCIDENT", "SCHEDULER", "REASON", "STATE", "SINCE", "BY"], &rows)
}
