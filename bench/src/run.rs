//! One run, from the first process to the last figure.

use std::sync::Arc;

use crate::args::Options;
use crate::cases::{BIG_CASE, CASES, Case};
use crate::load::{Target, Timing};
use crate::machine::Machine;
use crate::server::{Installation, Running};
use crate::table::{Fact, Results, Row, Wait, mebibytes, number};
use crate::{Error, detection, micro, noop, note, population, process, webhook};

/// How many schedulers fall silent at once, among few and among many.
const SILENT: usize = 1_000;
const SILENT_OF_MANY: usize = 10_000;

/// Measures what the options say.
pub(crate) async fn run(options: &Options) -> Result<Results, Error> {
    let folder = options.folder.clone().unwrap_or_else(std::env::temp_dir);
    let machine = Machine::look(&folder)?;
    let mut results = Results { machine, cases: Vec::new(), waits: Vec::new(), facts: Vec::new() };
    if options.micro {
        results.facts = micro::run()?;
        return Ok(results);
    }
    let (_no_op, no_op_target) = noop::start()?;
    let mut bench = Bench { options, results, no_op: no_op_target };
    match &options.server {
        None => bench.ceilings().await?,
        Some(program) => {
            let url = options.database_url.clone();
            bench.beside_server(&Installation::new(program, &folder, url)?).await?;
        }
    }
    Ok(bench.results)
}

struct Bench<'a> {
    options: &'a Options,
    results: Results,
    no_op: Target,
}

impl Bench<'_> {
    fn cases(&self) -> impl Iterator<Item = &'static Case> + use<> {
        let only = self.options.only.clone().unwrap_or_default();
        CASES.iter().filter(move |case| case.name.contains(&only))
    }

    async fn ceilings(&mut self) -> Result<(), Error> {
        let ids = population::ids("bench", self.options.schedulers);
        for case in self.cases() {
            self.row(case, None, &ids).await?;
        }
        Ok(())
    }

    async fn beside_server(&mut self, installation: &Installation) -> Result<(), Error> {
        let measured = self.with_server(installation).await;
        measured.map_err(|error| {
            format!("{error}\nThe server's last words:\n{}", installation.last_words()).into()
        })
    }

    async fn with_server(&mut self, installation: &Installation) -> Result<(), Error> {
        let ids = population::ids("bench", self.options.schedulers);
        let mut server = self.registered(installation, &ids).await?;
        for case in self.cases() {
            self.row(case, Some(&server.target), &ids).await?;
            server.process.check()?;
        }
        if self.options.only.is_none() {
            self.silence(&server.target, "silent", SILENT).await?;
            note("webhooks");
            let waits = webhook::run(&server.target).await?;
            self.results.waits.push(Wait::new("ack of a failure to its webhook", &waits));
        }
        self.memory(&server, "at the end")?;
        if let Some(many) = self.options.big {
            server = self.big(installation, server, many).await?;
        }
        let took = server.process.stop()?;
        self.fact("stopping under no load", took.as_secs_f64() * 1e3, "ms");
        self.fact("database at the end", mebibytes(installation.database_bytes()?), "MiB");
        Ok(())
    }

    /// Registers schedulers and restarts the server, so that the database can be
    /// weighed while nobody writes to it.
    async fn registered(
        &mut self,
        installation: &Installation,
        ids: &Arc<[String]>,
    ) -> Result<Running, Error> {
        let server = installation.start().await?;
        note(&format!("the server runs as process {}", server.target.pid));
        self.fact("first start until ready", server.ready_after.as_secs_f64() * 1e3, "ms");
        self.memory(&server, "before any scheduler")?;
        server.process.stop()?;
        let empty = installation.database_bytes()?;

        let server = installation.start().await?;
        self.register(&server, ids).await?;
        server.process.stop()?;
        let bytes = installation.database_bytes()?.saturating_sub(empty);
        let each = number(bytes) / number(ids.len() as u64);
        self.fact("database per registered scheduler", each, "bytes");

        let server = installation.start().await?;
        note(&format!("the server runs as process {}", server.target.pid));
        self.fact("restart until ready", server.ready_after.as_secs_f64() * 1e3, "ms");
        Ok(server)
    }

    async fn register(&mut self, server: &Running, ids: &Arc<[String]>) -> Result<(), Error> {
        note(&format!("registering {} schedulers", ids.len()));
        let took = population::register(&server.target, ids, None).await?;
        let rate = number(ids.len() as u64) / took.as_secs_f64();
        self.fact(format!("registrations ({})", ids.len()), rate, "per s");
        Ok(())
    }

    async fn big(
        &mut self,
        installation: &Installation,
        server: Running,
        many: usize,
    ) -> Result<Running, Error> {
        let ids = population::ids("big", many);
        self.register(&server, &ids).await?;
        self.row(&BIG_CASE, Some(&server.target), &ids).await?;
        let took = population::first_page(&server.target).await?;
        self.fact(format!("first page of {many} schedulers"), took.as_secs_f64() * 1e3, "ms");
        self.silence(&server.target, "many-silent", SILENT_OF_MANY).await?;
        self.memory(&server, &format!("after {many} schedulers"))?;
        server.process.stop()?;
        let bytes = installation.database_bytes()?;
        self.fact(format!("database after {many} schedulers"), mebibytes(bytes), "MiB");

        let server = installation.start().await?;
        let ready_after = server.ready_after.as_secs_f64() * 1e3;
        self.fact(format!("restart until ready, {many} schedulers"), ready_after, "ms");
        self.silence(&server.target, "silent-again", SILENT).await?;
        self.memory(&server, "after that restart")?;
        Ok(server)
    }

    async fn silence(&mut self, target: &Target, prefix: &str, count: usize) -> Result<(), Error> {
        note(&format!("detection of silence: {count}"));
        let waits = detection::run(target, prefix, count).await?;
        let what = format!("deadline to incident, {count} silent");
        self.results.waits.push(Wait::new(&what, &waits));
        Ok(())
    }

    /// Measures one case, on the server that does nothing and on the real one.
    async fn row(
        &mut self,
        case: &Case,
        server: Option<&Target>,
        ids: &Arc<[String]>,
    ) -> Result<(), Error> {
        let timing = Timing { warm_up: self.options.warm_up(), measured: self.options.measured() };
        note(case.name);
        let no_op = case.run(&self.no_op, ids, timing).await?.into();
        let server = match server {
            Some(target) => Some(case.run(target, ids, timing).await?.into()),
            None => None,
        };
        self.results.cases.push(Row { case: case.name.to_owned(), server, no_op });
        Ok(())
    }

    fn memory(&mut self, server: &Running, when: &str) -> Result<(), Error> {
        let (now, highest) = process::memory(server.target.pid)?;
        self.fact(format!("memory of the server {when}"), mebibytes(now), "MiB");
        self.fact(format!("memory of the server {when}, highest"), mebibytes(highest), "MiB");
        Ok(())
    }

    fn fact(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.results.facts.push(Fact::new(what, value, unit));
    }
}
