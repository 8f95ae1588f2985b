//! Calls: REDUCE, INST, OBJ, NEWOBJ, `NEWOBJ_EX` and BUILD.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::edge::{Charge, Edge};
use super::fold::Folded;
use super::halt::Halt;
use super::machine::Machine;
use super::opcode as op;
use super::value::{Call, CallKind, Holds, Origin, Shape, Tuple, Value};

/// How many calls one call may make at once (a partial of a partial …).
const INNER: usize = 64;

/// What is called with what.
pub(super) struct Application {
    pub(super) callee: Value,
    pub(super) args: Value,
    pub(super) kwargs: Value,
}

impl Machine<'_, '_> {
    pub(super) fn reduce(&mut self) -> Result<(), Halt> {
        let args = self.pop()?;
        let callee = self.pop()?;
        self.push_call(callee, args, Value::None, CallKind::Reduce);
        Ok(())
    }

    pub(super) fn newobj(&mut self) -> Result<(), Halt> {
        let args = self.pop()?;
        let callee = self.pop()?;
        self.push_call(callee, args, Value::None, CallKind::NewObj);
        Ok(())
    }

    pub(super) fn newobj_ex(&mut self) -> Result<(), Halt> {
        let kwargs = self.pop()?;
        let args = self.pop()?;
        let callee = self.pop()?;
        self.push_call(callee, args, kwargs, CallKind::NewObjEx);
        Ok(())
    }

    pub(super) fn inst(&mut self) -> Result<(), Halt> {
        // Python's own reader resolves the name before it looks for the mark.
        let callee = self.named(op::INST)?;
        let frame = self.unmark()?;
        let args = self.tuple(&frame);
        self.push_call(callee, args, Value::None, CallKind::Inst);
        Ok(())
    }

    pub(super) fn obj(&mut self) -> Result<(), Halt> {
        let frame = self.unmark()?;
        if self.stack.count(&frame) == 0 {
            return Err(self.malformed("OBJ has nothing to call"));
        }
        let mut values = self.stack.take(&frame);
        let callee = values.next().unwrap_or_default();
        let values: Vec<Value> = values.collect();
        let args = self.tuple_of(values);
        self.push_call(callee, args, Value::None, CallKind::Obj);
        Ok(())
    }

    /// A tuple of values that are not on the stack.
    pub(super) fn tuple_of(&mut self, mut values: Vec<Value>) -> Value {
        let len = values.len();
        let charge = self.charge(size_of::<Tuple>() + 16 + len.min(super::value::KEPT) * 16);
        let holds = values
            .iter()
            .fold(Holds::PLAIN, |holds, value| holds.with(value.holds()));
        let Some(charge) = charge else {
            return Value::Opaque(Shape::Tuple, holds);
        };
        let oldest = values.iter().map(Value::oldest).min().unwrap_or(u64::MAX);
        values.truncate(super::value::KEPT);
        values.shrink_to_fit();
        Value::Tuple(Rc::new(Tuple {
            items: values,
            len: len as u64,
            holds,
            oldest,
            _charge: charge,
        }))
    }

    fn push_call(&mut self, callee: Value, args: Value, kwargs: Value, kind: CallKind) {
        let application = Application {
            callee,
            args,
            kwargs,
        };
        let value = self.apply(application, kind);
        self.stack.push(value);
    }

    /// Makes a call: tells it, follows it where that is possible, and gives what it returns.
    pub(super) fn apply(&mut self, application: Application, kind: CallKind) -> Value {
        let (mut application, mut kind) = (application, kind);
        for _ in 0..INNER {
            let call = self.told(application, kind);
            match self.fold(&call) {
                Folded::Value(value) => return value,
                Folded::Name(module, name, through_getattr) => {
                    let origin = if through_getattr {
                        Origin::Attribute
                    } else {
                        Origin::Module
                    };
                    return self.known(&module, &name, origin, None, through_getattr);
                }
                Folded::Call(inner) => {
                    application = inner;
                    kind = CallKind::Inner;
                }
                Folded::Not => return self.result(call),
            }
        }
        Value::Unknown(super::Why::Computed)
    }

    /// The call as a value, told to the visitor.
    fn told(&mut self, application: Application, kind: CallKind) -> Call {
        let Application {
            callee,
            args,
            kwargs,
        } = application;
        let id = self.new_id();
        let oldest = [&callee, &args, &kwargs]
            .map(Value::oldest)
            .into_iter()
            .min();
        let call = Call {
            at: self.at(),
            callee,
            args,
            kwargs,
            kind,
            id,
            oldest: oldest.unwrap_or(id).min(id),
            state: RefCell::new(Edge::default()),
            built: Cell::new(false),
            touched: Cell::new(false),
            charge: Charge::free(),
        };
        if self.tells() {
            self.visitor.call(self.at(), &call);
        }
        call
    }

    /// What a call returns that is not followed: an object.
    fn result(&mut self, call: Call) -> Value {
        for part in [&call.callee, &call.args, &call.kwargs] {
            self.touch(part);
        }
        if let Some(global) = call.global()
            && global.is("copyreg", "add_extension")
            && let [module, name, code] = call.arguments()
            && let Some(code) = code.int()
        {
            self.add_extension(module, name, code);
        }
        match self.charge(size_of::<Call>() + 16) {
            Some(charge) => Value::Call(Rc::new(call.paid(charge))),
            None => Value::Opaque(Shape::Object, Holds::CALL),
        }
    }

    pub(super) fn build(&mut self) -> Result<(), Halt> {
        self.last(2)?;
        let state = self.pop()?;
        let target = self
            .stack
            .top()
            .map_err(|error| self.underflow(error))?
            .clone();
        if self.tells() {
            self.visitor.build(self.at(), &target, &state);
        }
        if let Value::Call(call) = &target {
            call.state.replace(Edge::new(call.id, state.clone()));
            call.built.set(true);
        }
        if self.options.loader == super::Loader::Joblib {
            self.array_behind(&target, &state)?;
        }
        self.touch(&state);
        Ok(())
    }
}

impl Call {
    /// The same call with its share of memory.
    fn paid(mut self, charge: Charge) -> Self {
        self.charge = charge;
        self
    }
}
