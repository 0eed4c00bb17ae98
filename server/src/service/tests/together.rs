//! One server on SQLite, and several on one PostgreSQL, live through the same: the same is
//! told, each once, also while servers die and stand still.

use std::collections::BTreeMap;

use nightbell_domain::presence::{SILENCE_MAX, ServerId};
use nightbell_domain::schedule::Schedule;
use uuid::Uuid;

use super::server::Home;
use super::*;

/// Time goes on in steps that are shorter than a server's silence may be.
const TICK: Duration = Duration::from_secs(2);

/// How long the jobs live. The last deadline is due by then, and was found by any server.
const LIFE_S: u64 = 400;

/// A server dies, or stands still, so often; which one changes.
const TROUBLE_EVERY_S: u64 = 44;

/// A server is away for longer than the others believe that it lives.
const AWAY: Duration = Duration::from_secs(14);

/// When the jobs of a kind begin. No deadline of any is within 10 s of a report: whoever
/// judges may change in between, which takes a few seconds.
const OFFSETS_S: [u64; 4] = [0, 6, 14, 22];

/// What a job does with its life, by the second.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Steady,
    FallsSilent,
    Overruns,
    Fails,
    SkipsRuns,
    Flaps,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Report(Status),
    Beat,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Steady,
        Self::FallsSilent,
        Self::Overruns,
        Self::Fails,
        Self::SkipsRuns,
        Self::Flaps,
    ];

    fn patch(self) -> Patch {
        match self {
            Self::Steady | Self::FallsSilent => Patch {
                heartbeat_interval: Some(Duration::from_secs(10)).into(),
                heartbeat_timeout: Some(MINUTE).into(),
                ..Patch::default()
            },
            Self::Overruns => Patch { max_runtime: Some(MINUTE).into(), ..Patch::default() },
            Self::SkipsRuns => Patch {
                schedules: Some(vec![Schedule::Every { interval_ms: 60_000 }]).into(),
                start_grace: Some(Duration::from_secs(20)).into(),
                ..Patch::default()
            },
            Self::Fails | Self::Flaps => Patch::default(),
        }
    }

    fn act(self, second: u64) -> Option<Act> {
        use Status::{Completed, Failed, Running};
        let status = match (self, second) {
            (Self::Steady, _) if second.is_multiple_of(40) => Running,
            (Self::Steady, _) if second % 40 == 30 => Completed,
            (Self::Steady, _) | (Self::FallsSilent, 2..=100 | 220..=290)
                if second.is_multiple_of(10) =>
            {
                return Some(Act::Beat);
            }
            (Self::FallsSilent | Self::Overruns | Self::Fails | Self::SkipsRuns, 0)
            | (Self::Overruns, 200)
            | (Self::Fails, 120 | 240)
            | (Self::SkipsRuns, 60 | 200 | 260) => Running,
            (Self::FallsSilent, 300)
            | (Self::Overruns, 120 | 230)
            | (Self::Fails, 140)
            | (Self::SkipsRuns, 10 | 70 | 210 | 270)
            | (Self::Flaps, 60 | 160 | 260) => Completed,
            (Self::Fails, 20 | 260) | (Self::Flaps, 10 | 110 | 210) => Failed,
            _ => return None,
        };
        Some(Act::Report(status))
    }
}

/// Servers on one database. One that is away has no judge that looks, and takes nothing.
struct Group {
    servers: Vec<Member>,
    home: Arc<Home>,
    clock: ManualClock,
    started: u128,
}

struct Member {
    server: Server,
    judge: super::super::Judge,
    away_until: Option<Timestamp>,
}

impl Group {
    async fn start(home: Home, count: usize) -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_800_000_000_000));
        let mut group = Self { servers: Vec::new(), home: Arc::new(home), clock, started: 0 };
        for _ in 0..count {
            let member = Box::pin(group.member()).await;
            group.servers.push(member);
        }
        group
    }

    /// A server in a life that nobody has seen before.
    async fn member(&mut self) -> Member {
        self.started += 1;
        let id = ServerId(Uuid::from_u128(self.started));
        let home = Arc::clone(&self.home);
        let opening = Server::open_as(id, home, self.clock.clone(), 1_000);
        let server = Box::pin(opening).await;
        let judge = server.services.judge().await.unwrap();
        Member { server, judge, away_until: None }
    }

    fn present(&self) -> impl Iterator<Item = &Member> {
        self.servers.iter().filter(|it| it.away_until.is_none())
    }

    /// Whichever server a balancer gives the `number`-th report.
    fn server(&self, number: usize) -> &Server {
        let present: Vec<&Member> = self.present().collect();
        &present[number % present.len()].server
    }

    /// One server dies and another begins, or one stands still; by turns.
    async fn trouble(&mut self, number: usize) {
        let which = number % self.servers.len();
        if number.is_multiple_of(2) {
            let successor = Box::pin(self.member()).await;
            let Member { server, judge, .. } =
                std::mem::replace(&mut self.servers[which], successor);
            // It does not make way as one does that is told to stop.
            drop((judge, server));
        } else {
            self.servers[which].away_until = Some(self.clock.now().plus(AWAY));
        }
    }

    async fn tick(&mut self) {
        self.clock.advance(TICK);
        let now = self.clock.now();
        for member in &mut self.servers {
            member.away_until = member.away_until.filter(|until| *until > now);
            if member.away_until.is_none() {
                member.judge.look().await.unwrap();
            }
        }
        for member in self.present() {
            member.server.deliver_due().await;
        }
    }
}

/// Who lives through it: the name, the kind and when it begins.
fn jobs() -> impl Iterator<Item = (String, Kind, u64)> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| OFFSETS_S.map(|offset_s| (format!("{kind:?}-{offset_s}"), kind, offset_s)))
}

/// What was told of each job in order, after `group` lived through it.
async fn live(mut group: Group) -> BTreeMap<String, Vec<String>> {
    assert!(TICK < SILENCE_MAX && AWAY > SILENCE_MAX);
    let has_trouble = group.servers.len() > 1;
    let mut receiver = group.server(0).with_webhook().await;
    for (name, kind, _) in jobs() {
        group.server(0).register(&name, kind.patch()).await;
    }
    for second in (0..=LIFE_S).step_by(2) {
        for (number, (name, kind, offset_s)) in jobs().enumerate() {
            let server = group.server(number + usize::try_from(second / 2).unwrap());
            match second.checked_sub(offset_s).and_then(|it| kind.act(it)) {
                Some(Act::Report(status)) => {
                    server.report(&name, None, status).await.unwrap();
                }
                Some(Act::Beat) => server.heartbeat(&name, None).await,
                None => {}
            }
        }
        if has_trouble && second % TROUBLE_EVERY_S == TROUBLE_EVERY_S - 2 {
            group.trouble(usize::try_from(second / TROUBLE_EVERY_S).unwrap()).await;
        }
        group.tick().await;
    }

    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut keys = std::collections::BTreeSet::new();
    while let Ok((key, body)) = receiver.try_recv() {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(keys.insert(key), "told twice: {body}");
        let word = |field: &str| body["data"][field].as_str().unwrap_or_default().to_owned();
        let event = format!("{} {}", body["type"].as_str().unwrap(), word("reason"));
        told.entry(word("scheduler_id")).or_default().push(event);
    }
    told
}

#[tokio::test]
async fn two_and_three_servers_on_one_database_tell_what_one_alone_tells() {
    let alone = Box::pin(live(Group::start(Home::folder(), 1).await)).await;
    let kinds = |reason: &str| {
        let has = |told: &&Vec<String>| told.iter().any(|it| it.ends_with(reason));
        alone.values().filter(has).count()
    };
    for (reason, jobs) in [("failed", 8), ("overran", 4), ("stalled", 4), ("missed", 4)] {
        assert_eq!(kinds(reason), jobs, "{reason} in {alone:#?}");
    }
    assert_eq!(alone.len(), 20, "nothing is told of who is well: {alone:#?}");

    for count in [2, 3] {
        let together = Box::pin(live(Group::start(Home::database(), count).await)).await;
        assert_eq!(together, alone, "{count} servers");
    }
}
