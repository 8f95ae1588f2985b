//! Whatever is asked in whatever order: what is readable is what was admitted and not taken back, and nothing else.

use std::time::Duration;

use mith_core::{Revision, Verdict};
use proptest::prelude::*;

use super::{Harness, LEASE, repo, request, rules};
use crate::*;

const REPOS: [&str; 2] = ["acme/x", "acme/y"];
const TREES: [&[(&str, &[u8])]; 3] = [
    &[("a", b"1")],
    &[("a", b"2"), ("b", b"shared")],
    &[("b", b"shared")],
];
const RULES: [&str; 2] = ["rules-1", "rules-2"];
const MAX_ATTEMPTS: u32 = 3;

/// What anybody can ask for. Numbers pick from what exists at that moment.
#[derive(Debug, Clone)]
enum Command {
    Add {
        repo: usize,
        tree: usize,
        rules: usize,
    },
    Claim,
    Finish {
        claim: usize,
        verdict: Verdict,
        promoted: bool,
    },
    Fail {
        claim: usize,
    },
    Heartbeat {
        claim: usize,
    },
    Wait {
        seconds: u64,
    },
    Approve {
        revision: usize,
        promoted: bool,
    },
    Deny {
        revision: usize,
    },
    Withdraw {
        revision: usize,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let verdict = prop_oneof![
        3 => Just(Verdict::Clean),
        3 => Just(Verdict::Unknown),
        1 => Just(Verdict::Unreadable),
        1 => Just(Verdict::Malicious),
    ];
    let mostly = || prop::bool::weighted(0.8);
    let number = || 0..8_usize;
    let command = prop_oneof![
        5 => (0..REPOS.len(), 0..TREES.len(), 0..RULES.len())
            .prop_map(|(repo, tree, rules)| Command::Add { repo, tree, rules }),
        5 => Just(Command::Claim),
        5 => (number(), verdict, mostly())
            .prop_map(|(claim, verdict, promoted)| Command::Finish { claim, verdict, promoted }),
        1 => number().prop_map(|claim| Command::Fail { claim }),
        1 => number().prop_map(|claim| Command::Heartbeat { claim }),
        2 => prop_oneof![Just(5_u64), Just(31)].prop_map(|seconds| Command::Wait { seconds }),
        3 => (number(), mostly()).prop_map(|(revision, promoted)| Command::Approve { revision, promoted }),
        2 => number().prop_map(|revision| Command::Deny { revision }),
        2 => number().prop_map(|revision| Command::Withdraw { revision }),
    ];
    prop::collection::vec(command, 1..40)
}

/// What the store should hold, as simply as it can be said.
#[derive(Default)]
struct Model {
    now: u64,
    revisions: Vec<Entry>,
    jobs: Vec<ModelJob>,
    claims: Vec<Claim>,
}

struct Entry {
    repo: usize,
    tree: usize,
    revision: Revision,
    state: RevisionState,
    verdict: Option<Verdict>,
    rules: Option<usize>,
    barred: bool,
}

/// `claim` is the newest claim, which alone counts.
struct ModelJob {
    entry: usize,
    open: bool,
    attempts: u32,
    due: u64,
    claim: Option<usize>,
    rules: usize,
}

struct Claim {
    job: Job,
    of: usize,
    until: u64,
}

impl Model {
    fn newest(&self, repo: usize) -> Option<usize> {
        self.revisions.iter().rposition(|entry| entry.repo == repo)
    }

    fn is_due(&self, job: &ModelJob) -> bool {
        job.open
            && match job.claim {
                Some(claim) => self.claims[claim].until <= self.now,
                None => job.due <= self.now,
            }
    }

    /// Whether the holder of a claim still counts.
    fn holds(&self, claim: usize) -> bool {
        let job = &self.jobs[self.claims[claim].of];
        job.open && job.claim == Some(claim) && self.now < self.claims[claim].until
    }

    fn give_up(&mut self, job: usize) {
        self.jobs[job].open = false;
        let entry = self.jobs[job].entry;
        self.revisions[entry].state = RevisionState::Denied;
        self.revisions[entry].verdict = Some(Verdict::Unreadable);
    }

    fn enqueue(&mut self, entry: usize, rules: usize) {
        self.jobs.push(ModelJob {
            entry,
            open: true,
            attempts: 0,
            due: self.now,
            claim: None,
            rules,
        });
    }
}

struct Run {
    harness: Harness,
    model: Model,
}

impl Run {
    async fn step(&mut self, command: Command) {
        match command {
            Command::Add { repo, tree, rules } => self.add(repo, tree, rules).await,
            Command::Claim => self.claim().await,
            Command::Finish {
                claim,
                verdict,
                promoted,
            } => {
                if let Some(claim) = pick(claim, self.model.claims.len()) {
                    self.finish(claim, verdict, promoted).await;
                }
            }
            Command::Fail { claim } => {
                if let Some(claim) = pick(claim, self.model.claims.len()) {
                    self.fail(claim).await;
                }
            }
            Command::Heartbeat { claim } => {
                if let Some(claim) = pick(claim, self.model.claims.len()) {
                    let kept = self
                        .harness
                        .store()
                        .heartbeat(&self.model.claims[claim].job, LEASE)
                        .await;
                    assert_eq!(kept.is_ok(), self.model.holds(claim));
                    if kept.is_ok() {
                        self.model.claims[claim].until = self.model.now + LEASE.as_secs();
                    }
                }
            }
            Command::Wait { seconds } => {
                self.harness.clock.advance(Duration::from_secs(seconds));
                self.model.now += seconds;
            }
            Command::Approve { revision, promoted } => {
                if let Some(entry) = pick(revision, self.model.revisions.len()) {
                    self.approve(entry, promoted).await;
                }
            }
            Command::Deny { revision } => {
                if let Some(entry) = pick(revision, self.model.revisions.len()) {
                    self.take_back(entry, true).await;
                }
            }
            Command::Withdraw { revision } => {
                if let Some(entry) = pick(revision, self.model.revisions.len()) {
                    self.take_back(entry, false).await;
                }
            }
        }
    }

    async fn add(&mut self, repo_index: usize, tree: usize, rules_index: usize) {
        let upload = self.harness.upload(REPOS[repo_index], TREES[tree]).await;
        let wanted = CommitRequest {
            rules: rules(RULES[rules_index]),
            ..request(TREES[tree])
        };
        let actor = Actor::token("t");
        let committed = self
            .harness
            .store()
            .commit(upload, wanted, &actor)
            .await
            .unwrap();
        let newest = self.model.newest(repo_index);
        let same = newest.filter(|entry| self.model.revisions[*entry].tree == tree);
        let Some(entry) = same else {
            assert!(matches!(committed, Committed::New(_)));
            self.model.revisions.push(Entry {
                repo: repo_index,
                tree,
                revision: committed.revision().revision.clone(),
                state: RevisionState::Scanning,
                verdict: None,
                rules: None,
                barred: false,
            });
            self.model
                .enqueue(self.model.revisions.len() - 1, rules_index);
            return;
        };
        let known = &mut self.model.revisions[entry];
        assert_eq!(known.revision, committed.revision().revision);
        let refused = matches!(known.state, RevisionState::Held | RevisionState::Denied);
        if refused && !known.barred && known.rules != Some(rules_index) {
            assert!(matches!(committed, Committed::Rescan(_)), "{committed:?}");
            known.state = RevisionState::Scanning;
            self.model.enqueue(entry, rules_index);
        } else {
            assert!(matches!(committed, Committed::Same(_)), "{committed:?}");
        }
    }

    async fn claim(&mut self) {
        let claimed = self.harness.claim("worker").await;
        loop {
            let due = self
                .model
                .jobs
                .iter()
                .position(|job| self.model.is_due(job));
            let Some(job) = due else {
                assert_eq!(claimed, None);
                return;
            };
            if self.model.jobs[job].attempts >= MAX_ATTEMPTS {
                self.model.give_up(job);
                continue;
            }
            let claimed = claimed.expect("a job is due");
            let entry = &self.model.revisions[self.model.jobs[job].entry];
            assert_eq!(claimed.revision, entry.revision);
            self.model.jobs[job].attempts += 1;
            self.model.jobs[job].claim = Some(self.model.claims.len());
            self.model.claims.push(Claim {
                job: claimed,
                of: job,
                until: self.model.now + LEASE.as_secs(),
            });
            return;
        }
    }

    async fn finish(&mut self, claim: usize, verdict: Verdict, promoted: bool) {
        let job = self.model.claims[claim].job.clone();
        let rules_index = self.model.jobs[self.model.claims[claim].of].rules;
        let record = self
            .harness
            .store()
            .revision(&job.repo, &job.revision)
            .await
            .unwrap();
        let mut result = self.harness.result(&record, verdict).await;
        result.report.rules = rules(RULES[rules_index]);
        if !promoted {
            result.promoted = Promoted::none();
        }
        let finished = self.harness.store().complete_scan(&job, result).await;
        if !self.model.holds(claim) {
            assert!(
                matches!(finished, Err(StoreError::LeaseLost { .. })),
                "{finished:?}"
            );
            return;
        }
        if verdict == Verdict::Clean && !promoted {
            assert!(
                matches!(finished, Err(StoreError::NotPromoted { .. })),
                "{finished:?}"
            );
            return;
        }
        let of = self.model.claims[claim].of;
        self.model.jobs[of].open = false;
        let entry = self.model.jobs[of].entry;
        let tree = self.model.revisions[entry].tree;
        let barred = self
            .model
            .revisions
            .iter()
            .any(|entry| entry.tree == tree && entry.barred);
        let known = &mut self.model.revisions[entry];
        known.verdict = Some(verdict);
        known.rules = Some(rules_index);
        known.state = match verdict {
            Verdict::Clean if barred => RevisionState::Held,
            Verdict::Clean => RevisionState::Admitted,
            Verdict::Unknown => RevisionState::Held,
            Verdict::Unreadable | Verdict::Malicious => RevisionState::Denied,
        };
        assert_eq!(finished.unwrap().state, known.state);
    }

    async fn fail(&mut self, claim: usize) {
        let failed = self
            .harness
            .store()
            .fail_job(&self.model.claims[claim].job, "bad luck")
            .await;
        if !self.model.holds(claim) {
            assert!(matches!(failed, Err(StoreError::LeaseLost { .. })));
            return;
        }
        let of = self.model.claims[claim].of;
        let job = &mut self.model.jobs[of];
        if job.attempts >= MAX_ATTEMPTS {
            assert_eq!(failed.unwrap(), JobFailure::GivenUp);
            self.model.give_up(of);
        } else {
            assert_eq!(failed.unwrap(), JobFailure::Retried);
            job.claim = None;
            job.due = self.model.now + 2 * u64::from(job.attempts);
        }
    }

    async fn approve(&mut self, entry: usize, promoted: bool) {
        let known = &mut self.model.revisions[entry];
        let name = repo(REPOS[known.repo]);
        let store = self.harness.store();
        let record = store.revision(&name, &known.revision).await.unwrap();
        let proof = if promoted {
            self.harness.promote(&record).await
        } else {
            Promoted::none()
        };
        let actor = Actor::token("t");
        let approved = store
            .approve(&name, &known.revision, &actor, "fine", proof)
            .await;
        if known.state == RevisionState::Held && promoted {
            assert_eq!(approved.unwrap().state, RevisionState::Admitted);
            known.state = RevisionState::Admitted;
        } else {
            assert!(approved.is_err());
        }
    }

    async fn take_back(&mut self, entry: usize, deny: bool) {
        let known = &mut self.model.revisions[entry];
        let name = repo(REPOS[known.repo]);
        let (store, actor) = (self.harness.store(), Actor::token("t"));
        let done = if deny {
            store.deny(&name, &known.revision, &actor, "no").await
        } else {
            store.withdraw(&name, &known.revision, &actor, "no").await
        };
        let after = match known.state {
            RevisionState::Held if deny => Some(RevisionState::Denied),
            RevisionState::Admitted => Some(RevisionState::Withdrawn),
            _ => None,
        };
        match after {
            Some(state) => {
                assert_eq!(done.unwrap().state, state);
                known.state = state;
                known.barred = true;
            }
            None => assert!(matches!(done, Err(StoreError::WrongState { .. }))),
        }
    }

    /// The invariant, asked of the store after every step.
    async fn check(&self) {
        for entry in &self.model.revisions {
            let reference = Reference::Revision(entry.revision.clone());
            let name = repo(REPOS[entry.repo]);
            let answer = self
                .harness
                .store()
                .resolve(&name, &reference)
                .await
                .unwrap();
            match (&*answer, entry.state) {
                (Resolution::Admitted(record), RevisionState::Admitted) => {
                    assert_eq!(record.verdict, entry.verdict);
                    assert!(entry.verdict <= Some(Verdict::Unknown));
                    for file in &record.files {
                        let opened = self.harness.blobs().open_admitted(file.sha256).await;
                        assert_eq!(opened.unwrap().size, file.size);
                    }
                }
                (Resolution::Withdrawn(refusal), RevisionState::Withdrawn)
                | (
                    Resolution::NeverAdmitted(refusal),
                    RevisionState::Scanning | RevisionState::Held | RevisionState::Denied,
                ) => assert_eq!(refusal.state, entry.state),
                (answer, state) => panic!("{state} leads to {answer:?}"),
            }
        }
        for (index, name) in REPOS.iter().enumerate() {
            self.check_main(index, name).await;
        }
    }

    async fn check_main(&self, index: usize, name: &str) {
        let newest =
            |state: Option<RevisionState>| {
                self.model.revisions.iter().rev().find(|entry| {
                    entry.repo == index && state.is_none_or(|state| entry.state == state)
                })
            };
        let expected = newest(Some(RevisionState::Admitted))
            .or_else(|| newest(Some(RevisionState::Withdrawn)))
            .or_else(|| newest(None));
        match (&*self.harness.main(name).await, expected) {
            (Resolution::UnknownModel, None) => {}
            (Resolution::Admitted(record), Some(entry)) => {
                assert_eq!(entry.state, RevisionState::Admitted);
                assert_eq!(record.revision, entry.revision);
            }
            (Resolution::Withdrawn(refusal) | Resolution::NeverAdmitted(refusal), Some(entry)) => {
                assert_eq!(
                    (refusal.state, &refusal.revision),
                    (entry.state, &entry.revision)
                );
            }
            (answer, _) => panic!("main of {name} leads to {answer:?}"),
        }
    }
}

fn pick(number: usize, length: usize) -> Option<usize> {
    (length > 0).then(|| number % length)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn only_what_was_admitted_is_readable(commands in commands()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut run = Run { harness: Harness::new().await, model: Model::default() };
            for command in commands {
                run.step(command).await;
                run.check().await;
            }
            let check = run.harness.store().verify_audit().await.unwrap();
            assert!(matches!(check, AuditCheck::Intact { .. }), "{check:?}");
        });
    }
}
