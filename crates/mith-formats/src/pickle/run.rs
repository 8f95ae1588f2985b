//! Runs of the interpreter: one pickle under every reading that a loader may have of it, or all pickles of a stream.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::frames::Ahead;
use super::machine::{Extended, Extensions, Machine};
use super::reader::Reader;
use super::{Options, Outcome, PickleSource, Reading, Value, Visitor, Why};
use crate::limits::{Defect, DefectKind, Limits};

/// Buffer sizes of Python's files: up to 3.13, and from 3.14.
const READINGS: [Ahead; 3] = [
    Ahead::Exact,
    Ahead::Buffered(8 << 10),
    Ahead::Buffered(128 << 10),
];

/// How many places at which a pickle may begin are followed beyond those behind a STOP.
const OTHER_STARTS: usize = 64;

/// What stays the same over the pickles of a stream.
struct Stream<'run> {
    source: &'run dyn PickleSource,
    options: &'run Options,
    limits: Limits,
    extensions: Extensions,
}

/// Interprets the one pickle that begins at `start`.
pub fn interpret(
    source: &dyn PickleSource,
    start: u64,
    options: &Options,
    limits: &Limits,
    visitor: &mut dyn Visitor,
) -> Outcome {
    let mut stream = Stream::new(source, options, limits);
    let mut reader = Reader::new(source, start, Ahead::Linear);
    stream.one(&mut reader, start, visitor)
}

/// Interprets the pickles of a stream from `start`, each beginning right behind the STOP of the one before, until one does
/// not stop or the stream ends. Gives each outcome to `done`, which returns whether to go on; returns where it ended.
///
/// A loader that reads frames ahead may go on elsewhere; those places are followed too.
pub fn interpret_all(
    source: &dyn PickleSource,
    start: u64,
    options: &Options,
    limits: &Limits,
    visitor: &mut dyn Visitor,
    done: &mut dyn FnMut(Outcome) -> bool,
) -> u64 {
    let mut stream = Stream::new(source, options, limits);
    let mut reader = Reader::new(source, start, Ahead::Linear);
    let mut starts = BTreeSet::from([start]);
    let mut others = 0;
    let mut furthest = start;
    while let Some(start) = starts.pop_first() {
        if start != reader.position() {
            reader = Reader::new(source, start, Ahead::Linear);
        }
        if start > 0 && !reader.has_more() {
            continue;
        }
        let outcome = stream.one(&mut reader, start, visitor);
        stream.limits.opcodes = stream.limits.opcodes.saturating_sub(outcome.opcodes).max(1);
        furthest = furthest.max(outcome.end);
        if outcome.stopped {
            starts.insert(outcome.end);
        }
        // A reading of the frames may stop where the linear one breaks off.
        for end in &outcome.other_ends {
            if others < OTHER_STARTS && starts.insert(*end) {
                others += 1;
            }
        }
        if !done(outcome) {
            break;
        }
    }
    furthest
}

impl<'run> Stream<'run> {
    fn new(source: &'run dyn PickleSource, options: &'run Options, limits: &Limits) -> Self {
        let known = options.extensions.iter().map(|(code, module, name)| {
            let name = Extended::Name(Rc::from(module.as_str()), Rc::from(name.as_str()));
            (*code, name)
        });
        Self {
            source,
            options,
            limits: limits.clone(),
            extensions: known.collect(),
        }
    }

    /// One pickle: byte after byte, and as files read it when a frame lies.
    fn one(&mut self, reader: &mut Reader<'run>, start: u64, visitor: &mut dyn Visitor) -> Outcome {
        reader.restart();
        let before = self.extensions.clone();
        let mut outcome = self.pass(reader, start, 0, visitor);
        let Some(lie) = reader.frames.lie() else {
            return outcome;
        };
        let message = "a frame does not end where its opcodes do: loaders read different bytes";
        outcome
            .defects
            .push(Defect::new(DefectKind::Disagreement, lie, message));
        if !self.source.rereads() {
            let message = "the stream cannot be read again as a file would be read";
            outcome
                .defects
                .push(Defect::new(DefectKind::Unsupported, lie, message));
            return outcome;
        }
        visitor.reading(Reading::Framed);
        for ahead in READINGS {
            let mut reader = Reader::new(self.source, start, ahead);
            let linear = std::mem::replace(&mut self.extensions, before.clone());
            let other = self.pass(&mut reader, start, lie, visitor);
            self.extensions.extend(linear);
            outcome.opcodes = outcome.opcodes.saturating_add(other.opcodes);
            for end in [other.end].into_iter().chain(other.other_ends) {
                let known = outcome.stopped && end == outcome.end;
                if other.stopped && !known && !outcome.other_ends.contains(&end) {
                    outcome.other_ends.push(end);
                }
            }
            for defect in other.defects {
                if !outcome.defects.contains(&defect) {
                    outcome.defects.push(defect);
                }
            }
        }
        visitor.reading(Reading::Linear);
        outcome
    }

    /// One pickle under one reading.
    fn pass(
        &mut self,
        reader: &mut Reader<'run>,
        start: u64,
        quiet_before: u64,
        visitor: &mut dyn Visitor,
    ) -> Outcome {
        let mut machine = Machine::new(
            reader,
            self.source,
            self.options,
            &self.limits,
            visitor,
            &mut self.extensions,
        );
        machine.quiet_before = quiet_before;
        let result = machine.run();
        let (protocol, opcodes) = (machine.highest, machine.opcodes);
        let mut defects = std::mem::take(&mut machine.defects);
        let arrays = std::mem::take(&mut machine.arrays);
        drop(machine);
        let end = reader.position();
        let next = reader.frames.after_stop(reader.opcode, end);
        defects.append(&mut reader.defects);
        let stopped = result.is_ok();
        let result = match result {
            Ok(value) => value,
            Err(halt) => {
                defects.push(*halt.0);
                Value::Unknown(Why::Computed)
            }
        };
        Outcome {
            start,
            end,
            other_ends: if stopped && next != end {
                vec![next]
            } else {
                Vec::new()
            },
            protocol,
            stopped,
            result,
            opcodes,
            defects,
            arrays,
        }
    }
}
