//! The SDK against the real server, over both transports.

mod real;

use std::time::Duration;

use nightbell::api::{
    CancelRunRequest, DeleteSchedulerRequest, GetRunRequest, GetSchedulerRequest, ListRunsRequest,
    ListSchedulersRequest, Run, RunStatus, SchedulerSettings, UpdateSchedulerRequest,
    WatchSchedulersRequest,
};
use nightbell::{Client, ErrorKind, Transport};

const BOTH: [Transport; 2] = [Transport::Grpc, Transport::Http];
const SOON: Duration = Duration::from_secs(30);

fn name(transport: Transport) -> String {
    format!("{transport:?}").to_lowercase()
}

async fn runs(client: &Client, scheduler_id: &str) -> Vec<Run> {
    let request = ListRunsRequest { scheduler_id: scheduler_id.to_owned(), ..Default::default() };
    client.api().list_runs(request).await.map(|answer| answer.runs).unwrap_or_default()
}

#[tokio::test]
async fn what_a_job_says_is_what_the_server_has() {
    let server = real::Server::start();
    for transport in BOTH {
        let client = server.client(transport);
        let id = name(transport);
        let result = client
            .job(&id)
            .cron("0 1 * * *")
            .timezone("Europe/Berlin")
            .run(|ctx| async move {
                ctx.progress_message(4, 4, "the last");
                ctx.metadata("records", 1000);
                Err::<(), _>("Ünïcode 🌙 失敗")
            })
            .await;
        assert_eq!(result, Err("Ünïcode 🌙 失敗"));
        let [run] = &runs(&client, &id).await[..] else { panic!("one run") };
        assert_eq!(run.status, Some(RunStatus::Failed));
        let progress = run.progress.clone().unwrap();
        assert_eq!((progress.done, progress.message.as_deref()), (4, Some("the last")));
        assert_eq!(run.metadata.as_ref().unwrap()["records"], 1000);
        assert_eq!(client.spooled().count(), 0);
    }
}

#[tokio::test]
async fn a_job_whose_schedule_is_refused_is_watched_without_it() {
    let server = real::Server::start();
    for transport in BOTH {
        let client = server.client(transport);
        let id = name(transport);
        let job = client.job(&id).cron("99 * * * *").timezone("Europe/Nowhere");
        job.max_runtime(Duration::from_secs(60)).start().complete();
        let [run] = &runs(&client, &id).await[..] else { panic!("one run") };
        assert_eq!(run.status, Some(RunStatus::Completed));
        let request = GetSchedulerRequest { scheduler_id: id };
        let scheduler = client.api().get_scheduler(request).await.unwrap().scheduler.unwrap();
        let settings = scheduler.settings.unwrap();
        assert_eq!(settings.max_runtime, Some(Duration::from_secs(60)));
        assert!(settings.schedules.is_empty());
    }
}

#[tokio::test]
async fn a_job_hears_that_somebody_asked_it_to_stop() {
    let server = real::Server::start();
    for transport in BOTH {
        let mut config = server.config(transport);
        config.heartbeat = Some(Duration::from_millis(300));
        let client = Client::new(config).unwrap();
        let id = name(transport);
        let run = client.job(&id).start();
        let request =
            CancelRunRequest { scheduler_id: id.clone(), run_id: run.run_id().to_owned() };
        tokio::time::timeout(SOON, async {
            while client.api().cancel_run(request.clone()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            run.cancelled().await
        })
        .await
        .expect("the job hears of it");
        run.cancel();
        assert_eq!(runs(&client, &id).await[0].status, Some(RunStatus::Cancelled));
    }
}

#[tokio::test]
async fn the_low_level_client_makes_every_kind_of_call() {
    let server = real::Server::start();
    for transport in BOTH {
        let client = server.client(transport);
        let api = client.api();
        let id = name(transport);
        client.job(&id).start().complete();

        let mut watch = api.watch_schedulers(WatchSchedulersRequest::default()).await.unwrap();
        let first = tokio::time::timeout(SOON, watch.next()).await.unwrap();
        assert!(first.unwrap().is_ok());

        let update = UpdateSchedulerRequest {
            scheduler_id: id.clone(),
            settings: Some(SchedulerSettings {
                max_runtime: Some(Duration::from_secs(90)),
                ..Default::default()
            }),
            update_mask: vec!["max_runtime".to_owned()],
        };
        let updated = api.update_scheduler(update).await.unwrap().scheduler.unwrap();
        let settings = updated.settings.unwrap();
        assert_eq!(settings.max_runtime, Some(Duration::from_secs(90)));
        assert_eq!(settings.job_name.as_deref(), Some(id.as_str()));

        let list = ListSchedulersRequest { page_size: 1, ..Default::default() };
        assert_eq!(api.list_schedulers(list).await.unwrap().schedulers.len(), 1);

        let delete = DeleteSchedulerRequest { scheduler_id: id.clone() };
        api.delete_scheduler(delete).await.unwrap();
        let get = GetSchedulerRequest { scheduler_id: id.clone() };
        let error = api.get_scheduler(get).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(404)));
        assert!(!error.reason().is_empty(), "{error:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_run_have_their_kinds() {
    let server = real::Server::start();
    for transport in BOTH {
        let request = GetRunRequest { scheduler_id: "eod".to_owned(), run_id: "1".to_owned() };
        let error = server.client(transport).api().get_run(request.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let mut config = server.config(transport);
        config.api_key = "wrong".to_owned();
        let client = Client::new(config).unwrap();
        let error = client.api().get_run(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error:?}");
    }
}
