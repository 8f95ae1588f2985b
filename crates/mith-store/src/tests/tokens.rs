//! Tokens: what they look like, what is kept of them, and when they end.

use std::collections::BTreeSet;

use super::Harness;
use crate::*;

async fn add(harness: &Harness, name: &str) -> Secret {
    let secret = Secret::generate().unwrap();
    let store = harness.store();
    let added = store
        .add_token(&secret, name, Role::Admin, &Actor::system())
        .await;
    added.unwrap();
    secret
}

#[test]
fn a_token_is_what_hub_clients_send() {
    let mut letters = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let secret = Secret::generate().unwrap();
        let tail = secret.reveal().strip_prefix("hf_").unwrap();
        assert_eq!(tail.len(), 40);
        assert!(tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        letters.extend(tail.chars());
        assert!(seen.insert(secret.reveal().to_owned()));
        assert!(!format!("{secret:?}").contains(tail));
    }
    assert_eq!(letters.len(), 62, "every letter comes up in 8,000 draws");
}

#[tokio::test]
async fn a_token_names_its_holder_until_it_is_revoked() {
    let harness = Harness::new().await;
    let store = harness.store();
    assert!(!store.has_tokens().await.unwrap());
    let secret = add(&harness, "first").await;
    assert!(store.has_tokens().await.unwrap());
    let other = add(&harness, "second").await;
    for _ in 0..2 {
        let identity = store.verify_token(secret.reveal()).await.unwrap().unwrap();
        assert_eq!(
            (identity.name.as_str(), identity.role),
            ("first", Role::Admin)
        );
        assert_eq!(identity.actor().as_str(), "token:first");
    }
    store.revoke_token("first", &Actor::system()).await.unwrap();
    assert_eq!(store.verify_token(secret.reveal()).await.unwrap(), None);
    assert!(store.verify_token(other.reveal()).await.unwrap().is_some());
    let names: Vec<_> = store
        .tokens()
        .await
        .unwrap()
        .into_iter()
        .map(|token| token.name)
        .collect();
    assert_eq!(names, ["second"]);
    let again = store.revoke_token("first", &Actor::system()).await;
    assert!(matches!(again, Err(StoreError::UnknownToken { .. })));
}

#[tokio::test]
async fn what_is_no_token_is_nobody() {
    let harness = Harness::new().await;
    let secret = add(&harness, "first").await;
    let good = secret.reveal();
    let stranger = Secret::generate().unwrap();
    let swapped = good.replacen("hf_", "hg_", 1);
    let cut = &good[..good.len() - 1];
    let long = format!("{good}a");
    let spaced = format!(" {good}");
    for text in [
        "",
        "hf_",
        stranger.reveal(),
        &swapped,
        cut,
        &long,
        &spaced,
        "hf_'; --",
    ] {
        assert_eq!(
            harness.store().verify_token(text).await.unwrap(),
            None,
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn a_name_is_given_once() {
    let harness = Harness::new().await;
    add(&harness, "first").await;
    let second = Secret::generate().unwrap();
    let store = harness.store();
    let refused = store
        .add_token(&second, "first", Role::Admin, &Actor::system())
        .await;
    assert!(matches!(refused, Err(StoreError::TokenNameTaken { name }) if name == "first"));
    assert_eq!(store.verify_token(second.reveal()).await.unwrap(), None);
}

#[tokio::test]
async fn no_file_of_the_folder_holds_a_token() {
    let harness = Harness::new().await;
    let secret = add(&harness, "first").await;
    harness.store().verify_token(secret.reveal()).await.unwrap();
    let needle = secret.reveal().as_bytes();
    let mut bytes_seen = 0;
    for entry in std::fs::read_dir(harness.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            bytes_seen += bytes.len();
            assert!(!bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    assert!(bytes_seen > 10_000);
    let harness = harness.reopen().await;
    assert!(
        harness
            .store()
            .verify_token(secret.reveal())
            .await
            .unwrap()
            .is_some()
    );
}
