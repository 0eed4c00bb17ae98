//! A program with more to report than one line takes.

mod real;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nightbell::Transport;
use nightbell::api::{ListRunsRequest, RunStatus};

/// Counts what the SDK warns of.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "nightbell" && *metadata.level() <= tracing::Level::WARN
    }

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_to_say_than_the_line_takes_does_not_make_the_server_away() {
    let warnings = Warnings::default();
    tracing::subscriber::set_global_default(warnings.clone()).expect("there is no other");
    let server = real::Server::start();
    for transport in [Transport::Grpc, Transport::Http] {
        let client = server.client(transport);
        let jobs: Vec<_> = (0..40)
            .map(|number| {
                let client = client.clone();
                tokio::spawn(async move {
                    // Longer than the budget of one end.
                    let until = tokio::time::Instant::now() + Duration::from_secs(3);
                    while tokio::time::Instant::now() < until {
                        let job = client.job(format!("job-{number}"));
                        job.run(|_| async { Ok::<_, String>(()) }).await.unwrap();
                    }
                })
            })
            .collect();
        for job in jobs {
            job.await.unwrap();
        }
        assert_eq!(warnings.0.load(Ordering::Relaxed), 0);
        client.flush(Duration::from_secs(30)).await;
        for number in 0..40 {
            let scheduler_id = format!("job-{number}");
            let request = ListRunsRequest { scheduler_id, ..Default::default() };
            let runs = client.api().list_runs(request).await.unwrap().runs;
            assert!(runs.iter().all(|run| run.status == Some(RunStatus::Completed)), "{runs:?}");
        }
    }
}
