//! Behaviour of the interpreter, by what it tells.

mod arrays;
mod depth;
mod folding;
mod frames;
mod memory;
mod names;
mod opcodes;
mod shown;
mod texts;

use super::render::{render, render_call, render_global};
use super::{
    Call, Global, Loader, Options, Outcome, Reading, Store, StoreKind, Value, Visitor, interpret,
    interpret_all,
};
use crate::limits::{DefectKind, Limits};

/// Writes down what happens, one line an event.
#[derive(Default)]
struct Recorder {
    events: Vec<String>,
}

impl Visitor for Recorder {
    fn global(&mut self, _: u64, global: &Global) {
        self.events
            .push(format!("global {}", render_global(global)));
    }

    fn hidden_global(&mut self, _: u64, module: &Value, name: &Value) {
        let (module, name) = (render(module, 80), render(name, 80));
        self.events.push(format!("hidden {module} {name}"));
    }

    fn call(&mut self, _: u64, call: &Call) {
        self.events.push(format!("call {}", render_call(call, 300)));
    }

    fn build(&mut self, _: u64, target: &Value, state: &Value) {
        let (target, state) = (render(target, 200), render(state, 200));
        self.events.push(format!("build {target} {state}"));
    }

    fn store(&mut self, _: u64, store: &Store<'_>) {
        let target = render(store.target, 80);
        let kind = match store.kind {
            StoreKind::SetItem => "setitem",
            StoreKind::Append => "append",
            StoreKind::AddItem => "add",
        };
        let value = store.value.map(|value| render(value, 80));
        self.events
            .push(format!("{kind} {target} {}", value.unwrap_or_default()));
    }

    fn persistent(&mut self, _: u64, id: &Value) {
        self.events.push(format!("persistent {}", render(id, 80)));
    }

    fn extension(&mut self, _: u64, code: i64, known: bool) {
        self.events.push(format!("extension {code} {known}"));
    }

    fn reading(&mut self, reading: Reading) {
        self.events.push(format!("reading {reading:?}"));
    }
}

/// Interprets one pickle.
fn run(stream: &[u8]) -> (Outcome, Vec<String>) {
    run_with(stream, Loader::Plain, &Limits::default())
}

fn run_with(stream: &[u8], loader: Loader, limits: &Limits) -> (Outcome, Vec<String>) {
    let options = Options {
        loader,
        ..Options::default()
    };
    let mut recorder = Recorder::default();
    let outcome = interpret(&stream, 0, &options, limits, &mut recorder);
    (outcome, recorder.events)
}

/// The events of a stream that is read without a defect.
fn events(stream: &[u8]) -> Vec<String> {
    let (outcome, events) = run(stream);
    assert_eq!(outcome.defects, [], "{}", stream.escape_ascii());
    assert!(outcome.stopped);
    assert_eq!(outcome.end, stream.len() as u64);
    events
}

/// The result of a stream that is read without a defect.
fn result(stream: &[u8]) -> String {
    let (outcome, _) = run(stream);
    assert_eq!(outcome.defects, [], "{}", stream.escape_ascii());
    render(&outcome.result, 300)
}

/// The kinds of the defects of a stream.
fn defects(stream: &[u8]) -> Vec<DefectKind> {
    run(stream)
        .0
        .defects
        .iter()
        .map(|defect| defect.kind)
        .collect()
}
