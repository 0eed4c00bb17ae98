//! Badges, which anyone may see.

use std::collections::BTreeMap;

use super::super::badges::BadgeOf;
use super::*;

fn labels(pairs: &[(&str, &str)]) -> Patch {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Patch { labels: Some(pairs.collect::<BTreeMap<_, _>>()).into(), ..Patch::default() }
}

#[tokio::test]
async fn only_what_its_project_made_public_has_a_badge() {
    let server = Server::start().await;
    server.register("open", labels(&[("badge", "public")])).await;
    server.register("closed", labels(&[("badge", "no")])).await;
    let badge = async |project: &str, name: &str| {
        let of = BadgeOf::Scheduler(id(name));
        server.services.badge(project, of).await.unwrap().map(|it| (it.subject, it.health))
    };
    let is_new = ("Job".to_owned(), nightbell_domain::scheduler::Health::New);
    assert_eq!(badge("default", "open").await, Some(is_new));
    for (project, name) in [("default", "closed"), ("default", "none"), ("other", "open")] {
        assert_eq!(badge(project, name).await, None, "{project} {name}");
    }
}

#[tokio::test]
async fn the_badge_of_a_label_shows_the_worst_of_those_that_are_public() {
    let server = Server::start().await;
    for name in ["a", "b", "c"] {
        server.register(name, labels(&[("badge", "public"), ("team", "books")])).await;
        server.report(name, None, Status::Completed).await.unwrap();
    }
    server.register("hidden", labels(&[("team", "books")])).await;
    server.report("hidden", None, Status::Failed).await.unwrap();
    let badge = async || {
        let of = BadgeOf::Label("team".to_owned(), "books".to_owned());
        let badge = server.services.badge("default", of).await.unwrap().unwrap();
        (badge.health, badge.of_them, badge.count)
    };
    assert_eq!(badge().await, (nightbell_domain::scheduler::Health::Up, 3, 3));
    server.report("b", None, Status::Failed).await.unwrap();
    assert_eq!(badge().await, (nightbell_domain::scheduler::Health::Down, 1, 3));
}
