//! What the server knows of jobs, and is told.

use std::collections::BTreeMap;

use nightbell::api::{
    Api, ListSchedulersRequest, PauseSchedulerRequest, PreviewScheduleRequest,
    RegisterSchedulerResponse, Scheduler,
};
use nightbell::{Client, Error, ErrorKind};
use tokio::runtime::Runtime;

use super::Job;
use crate::{Failure, schedulers, session};

pub(crate) struct Server {
    /// Must outlive its calls.
    _client: Client,
    api: Api,
    runtime: Runtime,
}

/// What there is, by id. None: the key may not look.
pub(crate) type Known = Option<BTreeMap<String, Scheduler>>;

impl Server {
    pub(crate) fn connect() -> Result<Self, Failure> {
        let client = session::for_people()?;
        Ok(Self { api: client.api(), _client: client, runtime: session::runtime()? })
    }

    /// The schedulers that there are.
    pub(crate) fn known(&self) -> Result<Known, Failure> {
        match self.runtime.block_on(schedulers::all(&self.api, ListSchedulersRequest::default())) {
            Ok(all) => Ok(Some(all.into_iter().map(|it| (it.scheduler_id.clone(), it)).collect())),
            Err(error) => match error.downcast_ref::<Error>().map(Error::kind) {
                Some(ErrorKind::PermissionDenied) => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Takes away the schedules that the server does not understand, and says so of each.
    pub(crate) fn try_schedules(&self, jobs: &mut [Job]) -> Result<Vec<String>, Failure> {
        let mut remarks = vec![];
        for job in jobs.iter_mut().filter(|it| !it.request.schedules.is_empty()) {
            let request = PreviewScheduleRequest {
                schedules: job.request.schedules.clone(),
                timezone: job.request.timezone.clone(),
                cron_profile: job.request.cron_profile,
                count: 1,
                ..Default::default()
            };
            match self.runtime.block_on(self.api.preview_schedule(request)) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::InvalidArgument => {
                    remarks.push(format!(
                        "{}: {} is registered without a schedule: {error}",
                        job.place,
                        job.id()
                    ));
                    job.request.schedules.clear();
                    job.request.timezone = None;
                    job.request.cron_profile = None;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(remarks)
    }

    /// Makes jobs known that nothing is expected of yet: whether all of them may be
    /// registered shows before anybody is told that one of them never began.
    pub(crate) fn make_known(&self, jobs: &[Job]) -> Result<(), Failure> {
        for job in jobs {
            let mut bare = job.clone();
            bare.request.schedules.clear();
            bare.request.timezone = None;
            bare.request.cron_profile = None;
            bare.request.start_grace = None;
            self.register(&bare).map_err(|error| format!("{}: {error}", job.place))?;
        }
        Ok(())
    }

    /// Registers them with their schedules. Says of each what went wrong, or was left out.
    pub(crate) fn arm(&self, jobs: &[Job]) -> Result<Vec<String>, Vec<String>> {
        let (mut remarks, mut failures) = (vec![], vec![]);
        for job in jobs {
            match self.register(job) {
                Ok(answer) => remarks.extend(
                    answer.warnings.iter().map(|it| format!("{}: {}", job.id(), it.message)),
                ),
                Err(error) => failures.push(format!("{}: {error}", job.place)),
            }
        }
        if failures.is_empty() { Ok(remarks) } else { Err(failures) }
    }

    fn register(&self, job: &Job) -> Result<RegisterSchedulerResponse, Error> {
        self.runtime.block_on(self.api.register_scheduler(job.request.clone()))
    }

    pub(crate) fn pause(&self, scheduler_id: &str) -> Result<(), Failure> {
        let request = PauseSchedulerRequest { scheduler_id: scheduler_id.to_owned(), until: None };
        let paused = self.runtime.block_on(self.api.pause_scheduler(request));
        paused.map_err(|error| format!("{scheduler_id}: {error}"))?;
        Ok(())
    }
}

/// Makes each request one that leaves alone what others have said of the job, and refuses
/// ids that belong to others.
pub(crate) fn settle(jobs: &mut [Job], known: &Known) -> Result<(), Failure> {
    let Some(known) = known else { return Ok(()) };
    for job in jobs {
        let Some(there) = known.get(job.id()).and_then(|it| it.settings.as_ref()) else { continue };
        let request = &mut job.request;
        let is_other = there.service_name != request.service_name
            || request
                .labels
                .iter()
                .any(|(name, value)| there.labels.get(name).is_some_and(|it| it != value));
        if job.is_named_here && is_other {
            let service = there.service_name.as_deref().unwrap_or_default();
            return Err(format!(
                "{}: there is another {} already, of the service {service:?}: \
                 --prefix gives yours another name",
                job.place, request.scheduler_id
            )
            .into());
        }
        // Whoever registered it first has said this, and its runs do.
        request.service_name = None;
        request.job_name = None;
        let own = std::mem::take(&mut request.labels);
        request.labels.clone_from(&there.labels);
        request.labels.extend(own);
    }
    Ok(())
}
