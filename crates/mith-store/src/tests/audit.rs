//! The audit log tells of every change, and shows when somebody rewrote it.

use mith_core::{Digest, Verdict};
use sqlx::AssertSqlSafe;

use super::Harness;
use crate::*;

/// A log with a handful of rows.
async fn lived() -> Harness {
    let harness = Harness::new().await;
    let secret = Secret::generate().unwrap();
    let store = harness.store();
    store
        .add_token(&secret, "first", Role::Admin, &Actor::system())
        .await
        .unwrap();
    harness.add("acme/x", &[("a", b"1")]).await;
    let held = harness.scan(Verdict::Unknown).await;
    let promoted = harness.promote(&held).await;
    let reviewer = Actor::token("reviewer");
    let (repo, revision) = (&held.repo, &held.revision);
    store
        .approve(repo, revision, &reviewer, "looked at it", promoted)
        .await
        .unwrap();
    store
        .withdraw(repo, revision, &reviewer, "looked again")
        .await
        .unwrap();
    harness
}

/// Changes the database behind the back of the store.
async fn tamper(harness: &Harness, sql: &str) {
    let unlocked = format!(
        "DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS audit_is_never_cut; {sql}"
    );
    sqlx::raw_sql(AssertSqlSafe(unlocked))
        .execute(harness.folder.store.writer_for_tests())
        .await
        .unwrap();
}

async fn check(harness: &Harness) -> AuditCheck {
    harness.store().verify_audit().await.unwrap()
}

#[tokio::test]
async fn every_change_is_told_with_who_what_and_why() {
    let harness = lived().await;
    let page = harness.store().audit(0, 100).await.unwrap();
    let told: Vec<String> = page
        .items
        .iter()
        .map(|row| format!("{} {} {}", row.seq, row.actor, row.action))
        .collect();
    assert_eq!(
        told,
        [
            "1 system token.add",
            "2 token:tester revision.commit",
            "3 worker:worker revision.scan",
            "4 token:reviewer revision.approve",
            "5 token:reviewer revision.withdraw",
        ]
    );
    let withdrawal = &page.items[4];
    assert!(withdrawal.subject.starts_with("acme/x@"));
    assert_eq!(withdrawal.detail["why"], "looked again");
    assert_eq!(withdrawal.previous, page.items[3].hash);
    assert_eq!(page.items[2].detail["verdict"], "unknown");
    let rest = harness.store().audit(3, 1).await.unwrap();
    assert_eq!((rest.total, rest.items.len(), rest.items[0].seq), (5, 1, 4));
    let head = withdrawal.hash;
    assert_eq!(check(&harness).await, AuditCheck::Intact { rows: 5, head });
    let harness = harness.reopen().await;
    assert_eq!(check(&harness).await, AuditCheck::Intact { rows: 5, head });
}

#[tokio::test]
async fn what_was_refused_or_came_to_nothing_leaves_no_row() {
    let harness = lived().await;
    let before = check(&harness).await;
    let newest = harness
        .store()
        .newest(&super::repo("acme/x"))
        .await
        .unwrap();
    let actor = Actor::token("t");
    let store = harness.store();
    assert!(
        store
            .deny(&newest.repo, &newest.revision, &actor, "")
            .await
            .is_err()
    );
    harness.upload("acme/y", &[("a", b"1")]).await;
    assert_eq!(check(&harness).await, before);
}

#[tokio::test]
async fn an_empty_log_is_intact() {
    let harness = Harness::new().await;
    let head = Digest::from_bytes([0; 32]);
    assert_eq!(check(&harness).await, AuditCheck::Intact { rows: 0, head });
}

#[tokio::test]
async fn tampering_is_found_at_the_first_row_that_it_broke() {
    let cases = [
        ("UPDATE audit SET detail = '{}' WHERE seq = 3", 3),
        ("UPDATE audit SET actor = 'token:else' WHERE seq = 4", 4),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", 1),
        ("UPDATE audit SET subject = 'acme/y' WHERE seq = 2", 2),
        ("UPDATE audit SET hash = previous WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq >= 4", 4),
        (
            "DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3",
            3,
        ),
        ("DELETE FROM audit; ", 1),
        (
            "INSERT INTO audit SELECT 6, at, actor, action, subject, detail, hash, hash FROM audit WHERE seq = 5",
            6,
        ),
        (
            "UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 4)",
            5,
        ),
        ("UPDATE audit_head SET rows = 4", 5),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;
             UPDATE audit SET seq = 4 WHERE seq = 99",
            3,
        ),
    ];
    for (sql, first) in cases {
        let harness = lived().await;
        tamper(&harness, sql).await;
        match check(&harness).await {
            AuditCheck::Broken { seq, why } => assert_eq!(seq, first, "{sql}: {why}"),
            intact @ AuditCheck::Intact { .. } => panic!("{sql}: {intact:?}"),
        }
    }
}

#[tokio::test]
async fn the_log_resists_accidents() {
    let harness = lived().await;
    for sql in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"] {
        let refused = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(harness.folder.store.writer_for_tests())
            .await;
        assert!(refused.unwrap_err().to_string().contains("append-only"));
    }
    assert!(matches!(
        check(&harness).await,
        AuditCheck::Intact { rows: 5, .. }
    ));
}

#[test]
fn no_two_rows_hash_the_same_text() {
    use crate::audit::{ChainRow, GENESIS};
    let row = |actor: &str, action: &str| ChainRow {
        seq: 1,
        at: 2,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: String::new(),
        detail: "{}".to_owned(),
    };
    assert_ne!(row("ab", "c").hash(&GENESIS), row("a", "bc").hash(&GENESIS));
    assert_ne!(
        row("a\n1:b", "").hash(&GENESIS),
        row("a", "b").hash(&GENESIS)
    );
    // The chain of a log that was written by an earlier version must stay what it is.
    assert_eq!(
        row("a", "b").hash(&GENESIS),
        Digest::of(
            format!(
                "mith.audit/1\n1:1\n1:2\n1:a\n1:b\n0:\n2:{{}}\n64:{}\n",
                "0".repeat(64)
            )
            .as_bytes()
        )
    );
}
