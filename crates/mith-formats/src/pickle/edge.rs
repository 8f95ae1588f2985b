//! Edges between values: how they stay free of cycles, are paid for, and are taken down without a stack.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use super::value::{Call, Dict, List, Persistent, Tuple, Value, Why};

/// An edge from a mutable value: strong when it cannot lead back, weak when it could.
#[derive(Clone, Default)]
pub(super) enum Edge {
    #[default]
    Empty,
    Strong(Value),
    Weak(Back),
}

/// A weak reference to something mutable, or to a tuple that holds something mutable.
#[derive(Clone)]
pub(super) enum Back {
    Tuple(Weak<Tuple>),
    List(Weak<List>),
    Set(Weak<List>),
    Dict(Weak<Dict>),
    Call(Weak<Call>),
    Persistent(Weak<Persistent>),
}

impl Edge {
    /// An edge from the mutable value `owner` to `value`.
    pub(super) fn new(owner: u64, value: Value) -> Self {
        if value.oldest() > owner {
            return Self::Strong(value);
        }
        match value {
            Value::Tuple(rc) => Self::Weak(Back::Tuple(Rc::downgrade(&rc))),
            Value::List(rc) => Self::Weak(Back::List(Rc::downgrade(&rc))),
            Value::Set(rc) => Self::Weak(Back::Set(Rc::downgrade(&rc))),
            Value::Dict(rc) => Self::Weak(Back::Dict(Rc::downgrade(&rc))),
            Value::Call(rc) => Self::Weak(Back::Call(Rc::downgrade(&rc))),
            Value::Persistent(rc) => Self::Weak(Back::Persistent(Rc::downgrade(&rc))),
            other => Self::Strong(other),
        }
    }

    /// The value at the end of the edge; [`Why::NotKept`] when it is gone.
    pub(super) fn value(&self) -> Value {
        let found = match self {
            Self::Empty => None,
            Self::Strong(value) => Some(value.clone()),
            Self::Weak(Back::Tuple(weak)) => weak.upgrade().map(Value::Tuple),
            Self::Weak(Back::List(weak)) => weak.upgrade().map(Value::List),
            Self::Weak(Back::Set(weak)) => weak.upgrade().map(Value::Set),
            Self::Weak(Back::Dict(weak)) => weak.upgrade().map(Value::Dict),
            Self::Weak(Back::Call(weak)) => weak.upgrade().map(Value::Call),
            Self::Weak(Back::Persistent(weak)) => weak.upgrade().map(Value::Persistent),
        };
        found.unwrap_or(Value::Unknown(Why::NotKept))
    }
}

/// A share of the memory budget that is given back on drop.
pub(super) struct Charge {
    budget: Option<Rc<Cell<usize>>>,
    bytes: u32,
}

impl Charge {
    /// Takes `bytes` from what is left, or nothing at all.
    pub(super) fn take(budget: &Rc<Cell<usize>>, bytes: usize) -> Option<Self> {
        let left = budget.get().checked_sub(bytes)?;
        let bytes = u32::try_from(bytes).ok()?;
        budget.set(left);
        Some(Self {
            budget: Some(Rc::clone(budget)),
            bytes,
        })
    }

    /// Takes more; false when nothing is left.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let Some(more) = self
            .budget
            .as_ref()
            .and_then(|budget| Self::take(budget, bytes))
        else {
            return bytes == 0;
        };
        self.bytes = self.bytes.saturating_add(more.bytes);
        more.keep();
        true
    }

    /// A share of nothing, for the few values that folding makes.
    pub(super) const fn free() -> Self {
        Self {
            budget: None,
            bytes: 0,
        }
    }
}

impl Charge {
    /// Moves the share elsewhere: it is not given back here.
    pub(super) fn keep(mut self) {
        self.budget = None;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.set(budget.get().saturating_add(self.bytes as usize));
        }
    }
}

/// Takes down what hangs below `queue`, however deep, in a loop.
fn bury(mut queue: Vec<Value>) {
    while let Some(value) = queue.pop() {
        match value {
            Value::Tuple(rc) => {
                if let Some(mut tuple) = Rc::into_inner(rc) {
                    queue.append(&mut tuple.items);
                }
            }
            Value::List(rc) | Value::Set(rc) => {
                if let Some(mut list) = Rc::into_inner(rc) {
                    list.release(&mut queue);
                }
            }
            Value::Dict(rc) => {
                if let Some(mut dict) = Rc::into_inner(rc) {
                    dict.release(&mut queue);
                }
            }
            Value::Call(rc) => {
                if let Some(mut call) = Rc::into_inner(rc) {
                    call.release(&mut queue);
                }
            }
            Value::Persistent(rc) => {
                if let Some(mut persistent) = Rc::into_inner(rc) {
                    queue.push(std::mem::take(&mut persistent.id));
                }
            }
            _ => {}
        }
    }
}

impl Value {
    /// Whether dropping this value may drop others below it.
    const fn has_below(&self) -> bool {
        matches!(
            self,
            Self::Tuple(_)
                | Self::List(_)
                | Self::Set(_)
                | Self::Dict(_)
                | Self::Call(_)
                | Self::Persistent(_)
        )
    }
}

impl Edge {
    fn release(self, queue: &mut Vec<Value>) {
        if let Self::Strong(value) = self
            && value.has_below()
        {
            queue.push(value);
        }
    }
}

impl List {
    fn release(&mut self, queue: &mut Vec<Value>) {
        for edge in std::mem::take(&mut self.inner.get_mut().items) {
            edge.release(queue);
        }
    }
}

impl Dict {
    fn release(&mut self, queue: &mut Vec<Value>) {
        for (key, value) in std::mem::take(&mut self.inner.get_mut().items) {
            key.release(queue);
            value.release(queue);
        }
    }
}

impl Call {
    fn release(&mut self, queue: &mut Vec<Value>) {
        queue.push(std::mem::take(&mut self.callee));
        queue.push(std::mem::take(&mut self.args));
        queue.push(std::mem::take(&mut self.kwargs));
        std::mem::take(self.state.get_mut()).release(queue);
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.items.iter().any(Value::has_below) {
            bury(std::mem::take(&mut self.items));
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let mut queue = Vec::new();
        self.release(&mut queue);
        bury(queue);
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        let mut queue = Vec::new();
        self.release(&mut queue);
        bury(queue);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut queue = Vec::new();
        if self.callee.has_below() || self.args.has_below() || self.kwargs.has_below() {
            self.release(&mut queue);
        } else {
            std::mem::take(self.state.get_mut()).release(&mut queue);
        }
        bury(queue);
    }
}

impl Drop for Persistent {
    fn drop(&mut self) {
        if self.id.has_below() {
            bury(vec![std::mem::take(&mut self.id)]);
        }
    }
}
