//! Jobs that others run: what they are called, and how they are registered.

mod names;
mod server;
mod words;
mod wrapper;

use std::collections::BTreeSet;

use nightbell::api::{CronProfile, RegisterSchedulerRequest, Schedule};

pub(crate) use self::names::{clean, name_of};
pub(crate) use self::server::{Known, Server, settle};
pub(crate) use self::wrapper::{Watch, Wrapper, is_for_all, is_id, is_program, program, watch};
use crate::session;

/// A job to register.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Where it was found, for people.
    pub(crate) place: String,
    /// Whether its id was made here. Else somebody has written it.
    pub(crate) is_named_here: bool,
    pub(crate) request: RegisterSchedulerRequest,
}

impl Job {
    pub(crate) fn new(place: String, id: &str) -> Self {
        let request = RegisterSchedulerRequest {
            scheduler_id: id.to_owned(),
            job_name: Some(id.to_owned()),
            service_name: session::service(),
            ..Default::default()
        };
        Self { place, is_named_here: true, request }
    }

    /// The job with what its own `nightbell exec` says of it: that says so at every run, and
    /// has its way in the end.
    pub(crate) fn told(mut self, wrapper: &Wrapper) -> Self {
        let (request, about) = (&mut self.request, &wrapper.about);
        request.job_name = about.job_name.clone().or(request.job_name.take());
        request.service_name = about.service.clone().or(request.service_name.take());
        request.labels.extend(about.label.iter().cloned());
        self.is_named_here = false;
        self
    }

    /// The job with when it is expected.
    pub(crate) fn expected(
        mut self,
        schedules: Vec<Schedule>,
        timezone: Option<String>,
        profile: CronProfile,
    ) -> Self {
        self.request.schedules = schedules;
        self.request.timezone = timezone;
        self.request.cron_profile = Some(profile);
        self
    }

    pub(crate) fn id(&self) -> &str {
        &self.request.scheduler_id
    }
}

/// What ids made on this machine begin with: the names of commands are the same on many.
pub(crate) fn prefix(asked: Option<&str>) -> String {
    match asked {
        Some(prefix) => prefix.to_owned(),
        None => session::machine().map_or_else(String::new, |it| format!("{}-", clean(&it))),
    }
}

/// The ids that are taken, which no two jobs may share. They are told apart by more than
/// case, as by the server.
#[derive(Debug, Default)]
pub(crate) struct Ids(BTreeSet<String>);

impl Ids {
    pub(crate) fn take(&mut self, id: &str) {
        self.0.insert(id.to_lowercase());
    }

    /// The id, or one like it that is not taken.
    pub(crate) fn unused(&mut self, id: &str) -> String {
        let is_free = |id: &String| is_id(id) && !self.0.contains(&id.to_lowercase());
        let others = (2..).map(|number| format!("{id}-{number}"));
        let id = std::iter::once(id.to_owned()).chain(others).find(is_free).unwrap_or_default();
        self.take(&id);
        id
    }
}
