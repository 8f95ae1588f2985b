//! What a name leads to, now and not a moment ago; lists and history.

use std::sync::Arc;

use mith_core::{RepoId, Verdict};

use super::{Harness, repo};
use crate::*;

async fn add_and_scan(
    harness: &Harness,
    name: &str,
    bytes: &[u8],
    verdict: Verdict,
) -> RevisionRecord {
    harness.add(name, &[("a", bytes)]).await;
    harness.scan(verdict).await
}

async fn withdraw(harness: &Harness, record: &RevisionRecord) {
    let actor = Actor::token("t");
    let store = harness.store();
    let withdrawn = store
        .withdraw(&record.repo, &record.revision, &actor, "found bad")
        .await;
    withdrawn.unwrap();
}

async fn main_revision(harness: &Harness) -> Option<String> {
    match &*harness.main("acme/x").await {
        Resolution::Admitted(record) => Some(record.revision.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn main_is_the_newest_admitted_revision() {
    let harness = Harness::new().await;
    let one = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    assert_eq!(
        main_revision(&harness).await,
        Some(one.revision.to_string())
    );
    for verdict in [Verdict::Unknown, Verdict::Malicious] {
        add_and_scan(&harness, "acme/x", verdict.as_str().as_bytes(), verdict).await;
        assert_eq!(
            main_revision(&harness).await,
            Some(one.revision.to_string())
        );
    }
    harness.add("acme/x", &[("a", b"waits")]).await;
    assert_eq!(
        main_revision(&harness).await,
        Some(one.revision.to_string())
    );
    let two = harness.scan(Verdict::Clean).await;
    assert_eq!(
        main_revision(&harness).await,
        Some(two.revision.to_string())
    );
    withdraw(&harness, &two).await;
    assert_eq!(
        main_revision(&harness).await,
        Some(one.revision.to_string())
    );
    withdraw(&harness, &one).await;
    assert_eq!(harness.main_word("acme/x").await, "withdrawn, withdrawn");
}

#[tokio::test]
async fn warm_caches_hear_of_a_withdrawal_whatever_came_after() {
    let harness = Harness::new().await;
    let one = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    withdraw(&harness, &one).await;
    add_and_scan(&harness, "acme/x", b"2", Verdict::Malicious).await;
    let main = harness.main("acme/x").await;
    let Resolution::Withdrawn(refusal) = &*main else {
        panic!("{main:?}");
    };
    assert_eq!(refusal.revision, one.revision);
    assert_eq!(refusal.why.as_deref(), Some("found bad"));
    assert_eq!(refusal.by.as_deref(), Some("token:t"));
}

#[tokio::test]
async fn a_revision_is_readable_in_its_own_state_alone() {
    let harness = Harness::new().await;
    let old = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    let new = add_and_scan(&harness, "acme/x", b"2", Verdict::Clean).await;
    let denied = add_and_scan(&harness, "acme/x", b"3", Verdict::Malicious).await;
    let resolve = async |name: &str, record: &RevisionRecord| {
        let reference = Reference::Revision(record.revision.clone());
        harness
            .store()
            .resolve(&repo(name), &reference)
            .await
            .unwrap()
    };
    assert!(matches!(&*resolve("acme/x", &old).await, Resolution::Admitted(r) if **r == old));
    assert!(matches!(&*resolve("acme/x", &new).await, Resolution::Admitted(r) if **r == new));
    assert!(matches!(
        &*resolve("acme/x", &denied).await,
        Resolution::NeverAdmitted(_)
    ));
    withdraw(&harness, &old).await;
    assert!(matches!(
        &*resolve("acme/x", &old).await,
        Resolution::Withdrawn(_)
    ));
    assert_eq!(
        main_revision(&harness).await,
        Some(new.revision.to_string())
    );
    // A revision belongs to one model.
    add_and_scan(&harness, "acme/y", b"1", Verdict::Clean).await;
    assert_eq!(*resolve("acme/y", &new).await, Resolution::UnknownRevision);
    assert_eq!(*resolve("acme/z", &new).await, Resolution::UnknownModel);
    assert_eq!(*resolve("ACME/x", &new).await, Resolution::UnknownModel);
}

#[tokio::test]
async fn an_answer_is_kept_until_something_changes() {
    let harness = Harness::new().await;
    let generation = harness.store().generation();
    let mut changes = harness.store().changes();
    let one = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    add_and_scan(&harness, "acme/xy", b"1", Verdict::Clean).await;
    assert!(harness.store().generation() > generation);
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();

    let first = harness.main("acme/x").await;
    let other = harness.main("acme/xy").await;
    harness.upload("acme/x", &[("a", b"upload")]).await;
    assert!(Arc::ptr_eq(&first, &harness.main("acme/x").await));
    assert!(!changes.has_changed().unwrap());

    withdraw(&harness, &one).await;
    assert!(changes.has_changed().unwrap());
    assert!(!Arc::ptr_eq(&first, &harness.main("acme/x").await));
    assert!(
        Arc::ptr_eq(&other, &harness.main("acme/xy").await),
        "another model is untouched"
    );
}

#[tokio::test]
async fn a_rescan_hides_the_reasons_of_before() {
    let harness = Harness::new().await;
    add_and_scan(&harness, "acme/x", b"1", Verdict::Unknown).await;
    let upload = harness.upload("acme/x", &[("a", b"1")]).await;
    let request = CommitRequest {
        rules: super::rules("rules-2"),
        ..super::request(&[("a", b"1")])
    };
    let committed = harness
        .store()
        .commit(upload, request, &Actor::token("t"))
        .await;
    assert!(matches!(committed, Ok(Committed::Rescan(_))));
    let Resolution::NeverAdmitted(refusal) = &*harness.main("acme/x").await else {
        panic!("scanning");
    };
    assert_eq!(refusal.state, RevisionState::Scanning);
    assert!(refusal.reasons.is_empty());
    assert_eq!(refusal.by, None);
}

#[tokio::test]
async fn references_are_main_and_revisions() {
    assert_eq!("main".parse::<Reference>().unwrap(), Reference::Main);
    assert_eq!(
        "refs/heads/main".parse::<Reference>().unwrap(),
        Reference::Main
    );
    let revision = "0123456789abcdef0123456789abcdef01234567";
    assert!(matches!(
        revision.parse::<Reference>().unwrap(),
        Reference::Revision(_)
    ));
    for text in ["", "Main", "master", "refs/pr/1", "0123456", "main\n"] {
        assert!(text.parse::<Reference>().is_err(), "{text:?}");
    }
}

async fn listed(harness: &Harness, question: ListModels) -> Vec<String> {
    let models = harness.store().list_models(question).await.unwrap();
    models
        .iter()
        .map(|model| format!("{} {}", model.repo, model.state))
        .collect()
}

#[tokio::test]
async fn models_are_listed_searched_and_paged() {
    let harness = Harness::new().await;
    add_and_scan(&harness, "acme/Bert", b"1", Verdict::Clean).await;
    add_and_scan(&harness, "acme/Bert", b"2", Verdict::Malicious).await;
    add_and_scan(&harness, "acme/gpt", b"3", Verdict::Unknown).await;
    add_and_scan(&harness, "zeta/bert", b"4", Verdict::Clean).await;
    harness.add("acme/waits", &[("a", b"5")]).await;

    let all = listed(&harness, ListModels::default()).await;
    assert_eq!(
        all,
        [
            "acme/Bert denied",
            "acme/gpt held",
            "acme/waits scanning",
            "zeta/bert admitted"
        ]
    );
    let found = |search: &str| ListModels {
        search: Some(search.to_owned()),
        ..ListModels::default()
    };
    assert_eq!(
        listed(&harness, found("BERT")).await,
        ["acme/Bert denied", "zeta/bert admitted"]
    );
    assert!(listed(&harness, found("%")).await.is_empty());
    assert!(listed(&harness, found("b_rt")).await.is_empty());
    let page = ListModels {
        after: Some(repo("acme/Bert")),
        limit: 2,
        ..ListModels::default()
    };
    assert_eq!(
        listed(&harness, page).await,
        ["acme/gpt held", "acme/waits scanning"]
    );
    let admitted = ListModels {
        listing: Listing::Admitted,
        ..ListModels::default()
    };
    assert_eq!(
        listed(&harness, admitted).await,
        ["acme/Bert admitted", "zeta/bert admitted"]
    );
}

#[tokio::test]
async fn a_list_says_why_and_what_main_is() {
    let harness = Harness::new().await;
    let main = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    let held = add_and_scan(&harness, "acme/x", b"2", Verdict::Unknown).await;
    let summary = harness
        .store()
        .list_models(ListModels::default())
        .await
        .unwrap()
        .remove(0);
    assert_eq!(summary.revision, held.revision);
    assert_eq!(summary.main, Some(main.revision.clone()));
    assert_eq!(summary.verdict, Some(Verdict::Unknown));
    assert!(summary.reason.unwrap().contains("known-good"));
    withdraw(&harness, &main).await;
    let actor = Actor::token("t");
    let store = harness.store();
    store
        .deny(&held.repo, &held.revision, &actor, "not ours")
        .await
        .unwrap();
    let summary = store
        .list_models(ListModels::default())
        .await
        .unwrap()
        .remove(0);
    assert_eq!(summary.reason.as_deref(), Some("not ours"));
    assert_eq!(summary.main, None);
}

#[tokio::test]
async fn history_shows_clients_admitted_revisions_and_users_all() {
    let harness = Harness::new().await;
    let one = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    let two = add_and_scan(&harness, "acme/x", b"2", Verdict::Malicious).await;
    let three = add_and_scan(&harness, "acme/x", b"3", Verdict::Clean).await;
    let store = harness.store();
    let commits = store.commits(&one.repo, 0, 10).await.unwrap();
    assert_eq!(
        (commits.total, commits.items),
        (2, vec![three.clone(), one.clone()])
    );
    let second = store.commits(&one.repo, 1, 10).await.unwrap();
    assert_eq!((second.total, second.items), (2, vec![one.clone()]));
    let all = store.revisions(&one.repo, 10).await.unwrap();
    assert_eq!(all, [three.clone(), two.clone(), one.clone()]);
    assert_eq!(
        store.revisions(&one.repo, 1).await.unwrap(),
        std::slice::from_ref(&three)
    );
    assert_eq!(store.newest(&one.repo).await.unwrap(), three);
    assert_eq!(
        store
            .commits(&repo("acme/none"), 0, 10)
            .await
            .unwrap()
            .total,
        0
    );
}

#[tokio::test]
async fn a_report_comes_with_the_scan() {
    let harness = Harness::new().await;
    let record = harness
        .add("acme/x", &[("a", b"1")])
        .await
        .revision()
        .clone();
    let store = harness.store();
    assert_eq!(
        store.report(&record.repo, &record.revision).await.unwrap(),
        None
    );
    harness.scan(Verdict::Unknown).await;
    let report = store
        .report(&record.repo, &record.revision)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(report.verdict, Verdict::Unknown);
    let unknown: RepoId = repo("acme/none");
    assert!(store.report(&unknown, &record.revision).await.is_err());
}

#[tokio::test]
async fn records_are_written_as_the_api_names_them() {
    let harness = Harness::new().await;
    let record = add_and_scan(&harness, "acme/x", b"1", Verdict::Clean).await;
    let json = serde_json::to_value(&record).unwrap();
    assert_eq!(json["repo"], "acme/x");
    assert_eq!(json["state"], "admitted");
    assert_eq!(json["verdict"], "clean");
    assert_eq!(json["created_at"], "2026-09-21T14:13:20Z");
    assert_eq!(json["decision"]["outcome"], "allow");
    assert_eq!(json["files"][0]["path"], "a");
}
