//! Containers: building them from the stack and storing into them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::edge::{Charge, Edge};
use super::halt::Halt;
use super::machine::{Extended, Machine};
use super::stack::Frame;
use super::value::{Dict, DictInner, Holds, KEPT, List, ListInner, Shape, Tuple, Value, Why};
use super::visitor::{Store, StoreKind};

/// How many values are followed from one that other code gets to see.
const FOLLOWED: usize = 48;

/// What an entry of a list or dict costs.
const ENTRY: usize = 48;

impl Tuple {
    /// `()`.
    pub(super) fn empty() -> Self {
        Self {
            items: Vec::new(),
            len: 0,
            holds: Holds::PLAIN,
            oldest: u64::MAX,
            _charge: Charge::free(),
        }
    }
}

impl Machine<'_, '_> {
    /// A tuple of the values of a frame.
    pub(super) fn tuple(&mut self, frame: &Frame) -> Value {
        let len = self.stack.count(frame);
        if len == 0 {
            return Value::Tuple(Rc::clone(&self.nothing));
        }
        let kept = usize::try_from(len).unwrap_or(KEPT).min(KEPT);
        let charge = self.charge(size_of::<Tuple>() + 16 + kept * 16);
        let (mut holds, mut oldest) = (Holds::PLAIN, u64::MAX);
        let mut items = Vec::with_capacity(if charge.is_some() { kept } else { 0 });
        for value in self.stack.take(frame) {
            holds = holds.with(value.holds());
            oldest = oldest.min(value.oldest());
            if charge.is_some() && items.len() < KEPT {
                items.push(value);
            }
        }
        match charge {
            Some(charge) => Value::Tuple(Rc::new(Tuple {
                items,
                len,
                holds,
                oldest,
                _charge: charge,
            })),
            None => Value::Opaque(Shape::Tuple, holds),
        }
    }

    pub(super) fn empty_list(&mut self) -> Value {
        self.new_list(false)
            .map_or(Value::Opaque(Shape::List, Holds::UNKNOWN), Value::List)
    }

    pub(super) fn empty_set(&mut self, frozen: bool) -> Value {
        self.new_list(frozen)
            .map_or(Value::Opaque(Shape::Set, Holds::UNKNOWN), Value::Set)
    }

    fn new_list(&mut self, frozen: bool) -> Option<Rc<List>> {
        let charge = self.charge(size_of::<List>() + 16)?;
        let id = self.new_id();
        Some(Rc::new(List {
            id,
            inner: RefCell::new(ListInner::new(charge)),
            frozen,
            once: false,
            touched: Cell::new(false),
        }))
    }

    /// A list, or an iterator, of few values that folding makes.
    pub(super) fn list_of(&mut self, values: Vec<Value>, once: bool) -> Option<Value> {
        let charge = self.charge(size_of::<List>() + 16 + values.len() * ENTRY)?;
        let id = self.new_id();
        let mut inner = ListInner::new(charge);
        inner.len = values.len() as u64;
        for value in values {
            inner.holds = inner.holds.with(value.holds());
            inner.items.push(Edge::new(id, value));
        }
        Some(Value::List(Rc::new(List {
            id,
            inner: RefCell::new(inner),
            frozen: false,
            once,
            touched: Cell::new(false),
        })))
    }

    pub(super) fn empty_dict(&mut self) -> Value {
        let Some(charge) = self.charge(size_of::<Dict>() + 16) else {
            return Value::Opaque(Shape::Dict, Holds::UNKNOWN);
        };
        let id = self.new_id();
        Value::Dict(Rc::new(Dict {
            id,
            inner: RefCell::new(DictInner::new(charge)),
            touched: Cell::new(false),
        }))
    }

    pub(super) fn list_since_mark(&mut self) -> Result<(), Halt> {
        let frame = self.unmark()?;
        let list = self.empty_list();
        if let Value::List(list) = &list {
            self.extend(list, &frame);
        } else {
            self.stack.take(&frame);
        }
        self.stack.push(list);
        Ok(())
    }

    pub(super) fn frozenset_since_mark(&mut self) -> Result<(), Halt> {
        let frame = self.unmark()?;
        let set = self.empty_set(true);
        if let Value::Set(list) = &set {
            self.extend(list, &frame);
        } else {
            self.stack.take(&frame);
        }
        self.stack.push(set);
        Ok(())
    }

    pub(super) fn dict_since_mark(&mut self) -> Result<(), Halt> {
        let frame = self.unmark()?;
        self.even(&frame)?;
        let dict = self.empty_dict();
        if let Value::Dict(dict) = &dict {
            self.update(dict, &frame);
        } else {
            self.stack.take(&frame);
        }
        self.stack.push(dict);
        Ok(())
    }

    fn even(&self, frame: &Frame) -> Result<(), Halt> {
        if self.stack.count(frame).is_multiple_of(2) {
            return Ok(());
        }
        Err(self.malformed("a dict gets a key without a value"))
    }

    /// Moves the values of a frame into a list.
    fn extend(&mut self, list: &List, frame: &Frame) {
        let count = self.stack.count(frame);
        let mut inner = list.inner.borrow_mut();
        inner.len = inner.len.saturating_add(count);
        let mut room = KEPT.saturating_sub(inner.items.len());
        room = room.min(usize::try_from(count).unwrap_or(room));
        if !inner.charge.grow(room * ENTRY) {
            room = 0;
        }
        for value in self.stack.take(frame) {
            inner.holds = inner.holds.with(value.holds());
            if room > 0 {
                room -= 1;
                inner.items.push(Edge::new(list.id, value));
            }
        }
    }

    /// Moves the values of a frame into a dict, as keys and values.
    fn update(&mut self, dict: &Dict, frame: &Frame) {
        let count = self.stack.count(frame);
        let mut inner = dict.inner.borrow_mut();
        inner.len = inner.len.saturating_add(count / 2);
        let mut room = KEPT.saturating_sub(inner.items.len());
        room = room.min(usize::try_from(count / 2).unwrap_or(room));
        if !inner.charge.grow(2 * room * ENTRY) {
            room = 0;
        }
        let mut values = self.stack.take(frame);
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            inner.holds = inner.holds.with(key.holds()).with(value.holds());
            if room > 0 {
                room -= 1;
                inner
                    .items
                    .push((Edge::new(dict.id, key), Edge::new(dict.id, value)));
            } else {
                inner.forget(&key);
            }
        }
    }

    /// APPEND and APPENDS.
    pub(super) fn append(&mut self, frame: &Frame) -> Result<(), Halt> {
        let target = self
            .stack
            .below(frame)
            .map_err(|error| self.underflow(error))?;
        if self.stack.count(frame) == 0 {
            return Ok(());
        }
        match &target {
            Value::List(list) => self.extend(list, frame),
            Value::Opaque(Shape::List, _) => drop(self.stack.take(frame)),
            _ => self.store(&target, StoreKind::Append, frame),
        }
        Ok(())
    }

    /// ADDITEMS.
    pub(super) fn add_items(&mut self, frame: &Frame) -> Result<(), Halt> {
        let target = self
            .stack
            .below(frame)
            .map_err(|error| self.underflow(error))?;
        if self.stack.count(frame) == 0 {
            return Ok(());
        }
        match &target {
            Value::Set(set) if !set.frozen => self.extend(set, frame),
            Value::Opaque(Shape::Set, _) => drop(self.stack.take(frame)),
            _ => self.store(&target, StoreKind::AddItem, frame),
        }
        Ok(())
    }

    /// SETITEM and SETITEMS.
    pub(super) fn set_items(&mut self, frame: &Frame) -> Result<(), Halt> {
        let target = self
            .stack
            .below(frame)
            .map_err(|error| self.underflow(error))?;
        if self.stack.count(frame) == 0 {
            return Ok(());
        }
        self.even(frame)?;
        match &target {
            Value::Dict(dict) => self.update(dict, frame),
            Value::Opaque(Shape::Dict, _) => drop(self.stack.take(frame)),
            _ => self.store(&target, StoreKind::SetItem, frame),
        }
        Ok(())
    }

    /// Stores into something that is not the plain container that the opcode is for.
    fn store(&mut self, target: &Value, kind: StoreKind, frame: &Frame) {
        let count = self.stack.count(frame);
        let values: Vec<Value> = self.stack.take(frame).collect();
        let (key, value) = match kind {
            StoreKind::SetItem => (values.first(), values.get(1)),
            _ => (None, values.first()),
        };
        if self.tells() {
            let store = Store {
                target,
                kind,
                key,
                value,
                count: if kind == StoreKind::SetItem {
                    count / 2
                } else {
                    count
                },
            };
            self.visitor.store(self.at(), &store);
        }
        if kind == StoreKind::SetItem {
            self.register(target, &values);
        }
        self.touch(target);
        for value in &values {
            self.touch(value);
        }
    }

    /// Items stored into the tables of `copyreg` are extension codes.
    fn register(&mut self, target: &Value, values: &[Value]) {
        let Value::Global(global) = target else {
            return;
        };
        for pair in values.chunks_exact(2) {
            let [key, value] = pair else { continue };
            if global.is("copyreg", "_inverted_registry")
                && let Some(code) = key.int()
                && let Value::Tuple(tuple) = value
                && let [module, name] = tuple.items()
            {
                self.add_extension(module, name, code);
            }
            if global.is("copyreg", "_extension_cache")
                && let Some(code) = key.int()
            {
                self.extensions.insert(code, Extended::Value(value.clone()));
            }
        }
    }

    /// Marks what code that is not followed may change from now on, so that nothing is folded from it.
    pub(super) fn touch(&mut self, value: &Value) {
        if !value.may_change() {
            return;
        }
        let mut queue = vec![value.clone()];
        let mut visited = 0;
        while let Some(value) = queue.pop() {
            visited += 1;
            if visited > FOLLOWED {
                self.wild_before = self.next_id();
                return;
            }
            match &value {
                Value::Tuple(tuple) => {
                    if tuple.len() > tuple.items.len() as u64 {
                        self.wild_before = self.next_id();
                    }
                    queue.extend(tuple.items.iter().filter(|item| item.may_change()).cloned());
                }
                Value::List(list) | Value::Set(list) if !list.touched.replace(true) => {
                    if list.len() > KEPT as u64 {
                        self.wild_before = self.next_id();
                    }
                    queue.extend(list.items().into_iter().filter(Value::may_change));
                }
                Value::Dict(dict) if !dict.touched.replace(true) => {
                    if dict.len() > KEPT as u64 {
                        self.wild_before = self.next_id();
                    }
                    let items = dict
                        .items()
                        .into_iter()
                        .flat_map(|(key, value)| [key, value]);
                    queue.extend(items.filter(Value::may_change));
                }
                Value::Call(call) if !call.touched.replace(true) => {
                    let parts = [&call.callee, &call.args, &call.kwargs];
                    queue.extend(parts.into_iter().filter(|part| part.may_change()).cloned());
                    queue.extend(call.state().filter(Value::may_change));
                }
                Value::Persistent(persistent) => queue.push(persistent.id.clone()),
                Value::Opaque(..) | Value::Unknown(_) => self.wild_before = self.next_id(),
                _ => {}
            }
        }
    }
}

impl Value {
    /// Whether code that gets this value could change something that folding relies on.
    pub(super) fn may_change(&self) -> bool {
        match self {
            Self::Tuple(tuple) => tuple.oldest != u64::MAX || tuple.holds.has(Holds::UNKNOWN),
            Self::List(_) | Self::Set(_) | Self::Dict(_) | Self::Call(_) => true,
            Self::Persistent(persistent) => {
                persistent.oldest != u64::MAX || persistent.id.holds().has(Holds::UNKNOWN)
            }
            Self::Opaque(shape, holds) => match shape {
                Shape::Text | Shape::Bytes => false,
                Shape::Tuple => !holds.only_plain(),
                Shape::List | Shape::Dict | Shape::Set | Shape::Object => true,
            },
            Self::Unknown(why) => *why == Why::Memo,
            _ => false,
        }
    }
}

impl DictInner {
    /// A key that is not kept may replace one that is.
    fn forget(&mut self, key: &Value) {
        let Value::Text(text) = key else {
            return;
        };
        for (stored, value) in &mut self.items {
            if let Edge::Strong(Value::Text(stored)) = stored
                && stored.content() == text.content()
            {
                *value = Edge::Strong(Value::Unknown(Why::NotKept));
            }
        }
    }
}
