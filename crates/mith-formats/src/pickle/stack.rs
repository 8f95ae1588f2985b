//! The stack with its marks. Long runs of constants are folded into a count.

use super::value::{Holds, Shape, Value};

/// A run of constants this long is folded.
const RUN: usize = 8192;

/// Constants that stay as they are at both ends of a folded run.
const ENDS: usize = 64;

/// What a constant of a folded run is known as.
const CONSTANT: Value = Value::Opaque(Shape::Text, Holds::PLAIN);

/// A folded run: one place on the stack that stands for many constants.
struct Run {
    place: usize,
    count: u64,
}

/// The stack of the interpreter.
#[derive(Default)]
pub(super) struct Stack {
    values: Vec<Value>,
    marks: Vec<usize>,
    fence: usize,
    /// How many values on top are constants.
    plain: usize,
    runs: Vec<Run>,
}

/// The stack does not hold what an opcode needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Underflow {
    /// There is no value above the fence.
    Empty,
    /// There is no mark.
    NoMark,
}

/// What a mark gave: values from `start` on, and how many more the folded runs among them stand for.
pub(super) struct Frame {
    pub(super) start: usize,
    pub(super) folded: u64,
}

impl Stack {
    /// Pushes a constant.
    #[inline]
    pub(super) fn push_plain(&mut self, value: Value) {
        self.values.push(value);
        self.plain += 1;
        if self.plain >= RUN {
            self.fold();
        }
    }

    /// Pushes anything else.
    #[inline]
    pub(super) fn push(&mut self, value: Value) {
        self.plain = 0;
        self.values.push(value);
    }

    /// Folds the constants on top, but for those at both ends.
    #[cold]
    fn fold(&mut self) {
        let len = self.values.len();
        let from = len - self.plain.min(len);
        let to = len.saturating_sub(ENDS);
        self.plain = ENDS.min(len);
        if let Some(run) = self.runs.last_mut()
            && run.place + 1 + ENDS >= from
            && run.place < from
            && run.place >= self.fence
            && to > run.place + 1
        {
            run.count += (to - run.place - 1) as u64;
            let place = run.place;
            self.values.drain(place + 1..to);
            return;
        }
        let place = from + ENDS;
        if to <= place + 2 {
            return;
        }
        // An even number, so that keys and values of a dict stay in step.
        let count = (to - place) & !1;
        self.values.drain(place + 1..place + count);
        if let Some(value) = self.values.get_mut(place) {
            *value = CONSTANT;
        }
        self.runs.push(Run {
            place,
            count: count as u64,
        });
    }

    /// Takes the value on top.
    #[inline]
    pub(super) fn pop(&mut self) -> Result<Value, Underflow> {
        if self.values.len() <= self.fence {
            return Err(Underflow::Empty);
        }
        self.plain = self.plain.saturating_sub(1);
        if !self.runs.is_empty() {
            return Ok(self.pop_run());
        }
        self.values.pop().ok_or(Underflow::Empty)
    }

    #[cold]
    fn pop_run(&mut self) -> Value {
        let top = self.values.len() - 1;
        if let Some(run) = self.runs.last_mut().filter(|run| run.place == top) {
            run.count -= 1;
            if run.count > 0 {
                return CONSTANT;
            }
            self.runs.pop();
        }
        self.values.pop().unwrap_or_default()
    }

    /// The value on top.
    #[inline]
    pub(super) fn top(&self) -> Result<&Value, Underflow> {
        self.values
            .get(self.fence..)
            .and_then(<[Value]>::last)
            .ok_or(Underflow::Empty)
    }

    /// Places a mark.
    pub(super) fn mark(&mut self) {
        self.fence = self.values.len();
        self.marks.push(self.fence);
        self.plain = 0;
    }

    /// Takes the last mark away.
    #[inline]
    pub(super) fn unmark(&mut self) -> Result<Frame, Underflow> {
        let start = self.marks.pop().ok_or(Underflow::NoMark)?;
        self.fence = self.marks.last().copied().unwrap_or_default();
        self.plain = 0;
        let mut folded = 0;
        while let Some(run) = self.runs.pop_if(|run| run.place >= start) {
            folded += run.count - 1;
        }
        Ok(Frame { start, folded })
    }

    /// The values of a frame, which leave the stack.
    pub(super) fn take(&mut self, frame: &Frame) -> std::vec::Drain<'_, Value> {
        let start = frame.start.min(self.values.len());
        self.values.drain(start..)
    }

    /// The value below the values of a frame: the container that they are for.
    pub(super) fn below(&self, frame: &Frame) -> Result<Value, Underflow> {
        let place = frame
            .start
            .checked_sub(1)
            .filter(|place| *place >= self.fence);
        place
            .and_then(|place| self.values.get(place))
            .cloned()
            .ok_or(Underflow::Empty)
    }

    /// How many values a frame holds.
    pub(super) fn count(&self, frame: &Frame) -> u64 {
        self.values.len().saturating_sub(frame.start) as u64 + frame.folded
    }

    /// The frame of the `count` values on top.
    pub(super) fn last(&mut self, count: usize) -> Result<Frame, Underflow> {
        let start = self.values.len().checked_sub(count);
        let start = start
            .filter(|start| *start >= self.fence)
            .ok_or(Underflow::Empty)?;
        if self.runs.last().is_some_and(|run| run.place >= start) {
            return self.unfold(count);
        }
        self.plain = self.plain.saturating_sub(count);
        Ok(Frame { start, folded: 0 })
    }

    /// Makes the `count` values on top real ones again.
    #[cold]
    fn unfold(&mut self, count: usize) -> Result<Frame, Underflow> {
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(self.pop()?);
        }
        let start = self.values.len();
        self.values.extend(values.into_iter().rev());
        self.plain = 0;
        Ok(Frame { start, folded: 0 })
    }

    /// POP: takes a mark away when it is on top, else a value.
    pub(super) fn discard(&mut self) -> Result<(), Underflow> {
        if self.marks.last() == Some(&self.values.len()) {
            return self.unmark().map(drop);
        }
        self.pop().map(drop)
    }

    /// Places in use.
    pub(super) fn len(&self) -> usize {
        self.values.len() + self.marks.len()
    }
}
