//! Who changed what.

use nightbell_domain::audit::Action;

use super::super::keys::NewKey;
use super::*;

async fn noted(server: &Server, principal: &Principal) -> Vec<(String, String, String)> {
    let page = server.services.audit(principal, None, PageRequest::default()).await.unwrap();
    page.items.into_iter().map(|(_, it)| (it.action, it.target, it.note)).collect()
}

#[tokio::test]
async fn what_is_done_is_noted_with_the_key_it_was_done_with_and_what_jobs_report_is_not() {
    let server = Server::start().await;
    server.register("eod", Patch::default()).await;
    server.report("eod", None, Status::Failed).await.unwrap();
    assert_eq!(noted(&server, &server.admin).await, []);

    let admin = &server.admin;
    let owner = Patch { owner_email: Some("a@b.example".to_owned()).into(), ..Patch::default() };
    server.services.update_scheduler(admin, id("eod"), owner).await.unwrap();
    server.services.pause(admin, id("eod"), None).await.unwrap();
    let incident =
        server.services.scheduler(admin, &id("eod")).await.unwrap().state.incidents[0].id;
    let note = "on it".to_owned();
    server.services.acknowledge(admin, incident, "Ann".to_owned(), note).await.unwrap();
    let new = NewKey {
        name: "ci".to_owned(),
        role: Role::Viewer,
        binding: Binding::default(),
        expires_at: None,
        requests_per_second: None,
    };
    let (key, secret) = server.services.create_key(admin, new).await.unwrap();
    server.services.delete_scheduler(admin, id("eod")).await.unwrap();
    assert!(server.services.pause(admin, id("eod"), None).await.is_err(), "and no refused deed");

    let told = |action: Action, target: String, note: &str| {
        (action.word().to_owned(), target, note.to_owned())
    };
    let all = noted(&server, admin).await;
    assert_eq!(
        all,
        [
            told(Action::SchedulerDeleted, "eod".to_owned(), ""),
            told(Action::KeyCreated, key.key_id, "ci, viewer"),
            told(Action::IncidentAcknowledged, incident.to_string(), "Ann: on it"),
            told(Action::SchedulerPaused, "eod".to_owned(), ""),
            told(Action::SchedulerUpdated, "eod".to_owned(), "owner_email"),
        ]
    );
    assert!(!format!("{all:?}").contains(&secret));

    let project = server.store.project_ensure("other", server.clock.now()).await.unwrap();
    let stranger = Principal { project, ..(**admin).clone() };
    assert_eq!(noted(&server, &stranger).await, []);
}

#[tokio::test]
async fn entries_of_one_thing_can_be_asked_for_page_by_page_and_go_after_400_days() {
    let server = Server::start().await;
    server.register("a", Patch::default()).await;
    server.register("b", Patch::default()).await;
    for _ in 0..3 {
        for name in ["a", "b"] {
            server.services.pause(&server.admin, id(name), None).await.unwrap();
            server.clock.advance(MINUTE);
        }
    }
    let of_a = async |token: String| {
        let page = PageRequest { size: 2, token };
        server.services.audit(&server.admin, Some("a".to_owned()), page).await
    };
    let first = of_a(String::new()).await.unwrap();
    let second = of_a(first.next.unwrap()).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (2, 1));
    assert!(second.next.is_none());
    assert!(matches!(of_a("eA".to_owned()).await, Err(ServiceError::Invalid(_))));

    let mut judge = server.services.judge().await.unwrap();
    server.clock.advance(Duration::from_hours(400 * 24));
    judge.look().await.unwrap();
    assert_eq!(noted(&server, &server.admin).await, []);
}
