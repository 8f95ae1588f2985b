//! Folding: calls of pure functions whose result is known without making the call, and attribute access on names.
//!
//! A name that is put together from pieces is found only when it is folded, so what is folded must be what CPython would
//! compute. Containers that other code may have changed are therefore not looked into.

use std::rc::Rc;

use super::calls::Application;
use super::fold_text::{self, Constant};
use super::machine::Machine;
use super::value::{Blob, Call, Dict, Held, KEPT, List, Origin, Value};

/// Folded constants are not longer than this.
pub(super) const LONGEST: usize = 64 << 10;

/// What is known about the result of a call.
pub(super) enum Folded {
    /// The value it returns.
    Value(Value),
    /// It returns this name: module, qualified name, and whether attribute access led there.
    Name(String, String, bool),
    /// It makes another call at once and returns its result.
    Call(Application),
    /// Nothing.
    Not,
}

impl Machine<'_, '_> {
    /// What a call returns, if it can be told without making it.
    pub(super) fn fold(&mut self, call: &Call) -> Folded {
        let Some(args) = self.arguments(&call.args) else {
            return Folded::Not;
        };
        match &call.callee {
            Value::Global(global) => {
                let (module, name) = canonical(&global.module, &global.qualname);
                if !empty(&call.kwargs) {
                    return Folded::Not;
                }
                self.fold_named(module, name, &args)
            }
            Value::Call(callee) if self.is_steady_call(callee) => {
                self.fold_object(callee, call, args)
            }
            _ => Folded::Not,
        }
    }

    /// All positional arguments, when they are known.
    fn arguments(&self, args: &Value) -> Option<Vec<Value>> {
        match args {
            Value::Tuple(tuple) if tuple.len() <= KEPT as u64 => {
                (tuple.len() == tuple.items().len() as u64).then(|| tuple.items().to_vec())
            }
            Value::List(list) => self.entries(list),
            _ => None,
        }
    }

    /// All entries of a list that nothing else may have changed. An iterator is used up by that.
    fn entries(&self, list: &List) -> Option<Vec<Value>> {
        let items = list.items();
        let whole =
            !list.touched.get() && list.id >= self.wild_before && list.len() == items.len() as u64;
        if list.once {
            list.touched.set(true);
        }
        whole.then_some(items)
    }

    fn is_steady_dict(&self, dict: &Dict) -> bool {
        !dict.touched.get()
            && dict.id >= self.wild_before
            && dict.len() == dict.inner.borrow().items.len() as u64
    }

    fn is_steady_call(&self, call: &Call) -> bool {
        !call.touched.get() && call.id >= self.wild_before
    }

    /// A call of something that a call returned: a partial, a getter, a bound method.
    fn fold_object(&mut self, maker: &Call, call: &Call, args: Vec<Value>) -> Folded {
        let Some(global) = maker.global() else {
            return Folded::Not;
        };
        let Some(made) = self.arguments(&maker.args) else {
            return Folded::Not;
        };
        let made_with_keywords = !empty(&maker.kwargs);
        match canonical(&global.module, &global.qualname) {
            ("functools", "partial") => self.fold_partial(maker, &made, call, args),
            _ if maker.built.get() || made_with_keywords => Folded::Not,
            ("operator", "methodcaller") => {
                let ([name, rest @ ..], Some((object, []))) = (&made[..], args.split_first())
                else {
                    return Folded::Not;
                };
                self.method(object, name, rest.to_vec(), &call.kwargs)
            }
            ("operator", "attrgetter") => match (&made[..], &args[..]) {
                ([name], [Value::Global(object)]) => match name.text() {
                    Some(name) => attribute(object, &name),
                    None => Folded::Not,
                },
                _ => Folded::Not,
            },
            ("operator", "itemgetter") => match (&made[..], &args[..]) {
                ([key], [object]) => self.item(object, key, None),
                _ => Folded::Not,
            },
            (_, name) if is_getattr(name) => match &made[..] {
                [object, name, ..] => self.method(object, name, args, &call.kwargs),
                _ => Folded::Not,
            },
            _ => Folded::Not,
        }
    }

    /// `functools.partial(callee, *first)(*rest)`.
    fn fold_partial(
        &mut self,
        maker: &Call,
        made: &[Value],
        call: &Call,
        args: Vec<Value>,
    ) -> Folded {
        let (callee, mut all, kwargs) = if maker.built.get() {
            // `partial.__setstate__` takes (function, arguments, keywords, attributes).
            let Some(Value::Tuple(state)) = maker.state() else {
                return Folded::Not;
            };
            let [callee, first, kwargs, _] = state.items() else {
                return Folded::Not;
            };
            let Some(first) = self.arguments(first) else {
                return Folded::Not;
            };
            (callee.clone(), first, kwargs.clone())
        } else {
            let Some((callee, first)) = made.split_first() else {
                return Folded::Not;
            };
            (callee.clone(), first.to_vec(), maker.kwargs.clone())
        };
        all.extend(args);
        let kwargs = if empty(&kwargs) {
            call.kwargs.clone()
        } else {
            kwargs
        };
        let args = self.tuple_of(all);
        Folded::Call(Application {
            callee,
            args,
            kwargs,
        })
    }

    /// `object.name(*args)`.
    fn method(&mut self, object: &Value, name: &Value, args: Vec<Value>, kwargs: &Value) -> Folded {
        let Some(name) = name.text() else {
            return Folded::Not;
        };
        let (callee, args) = match object {
            Value::Global(global) => {
                let Folded::Name(module, name, _) = attribute(global, &name) else {
                    return Folded::Not;
                };
                (
                    self.known(&module, &name, Origin::Attribute, None, true),
                    args,
                )
            }
            Value::Text(_) => (self.builtin("str", &name), with_first(object, args)),
            Value::Bytes(_) => (self.builtin("bytes", &name), with_first(object, args)),
            Value::Dict(_) => (self.builtin("dict", &name), with_first(object, args)),
            Value::List(_) => (self.builtin("list", &name), with_first(object, args)),
            Value::Tuple(_) => (self.builtin("tuple", &name), with_first(object, args)),
            _ => return Folded::Not,
        };
        let args = self.tuple_of(args);
        Folded::Call(Application {
            callee,
            args,
            kwargs: kwargs.clone(),
        })
    }

    /// A method of a built-in type.
    fn builtin(&mut self, class: &str, name: &str) -> Value {
        self.known(
            "builtins",
            &format!("{class}.{name}"),
            Origin::Attribute,
            None,
            true,
        )
    }

    /// A call of a known function.
    fn fold_named(&mut self, module: &str, name: &str, args: &[Value]) -> Folded {
        match (module, name, args) {
            (_, name, [Value::Global(object), attr, ..]) if is_getattr(name) => match attr.text() {
                Some(attr) => attribute(object, &attr),
                None => Folded::Not,
            },
            ("importlib", "import_module", [path, rest @ ..]) => import_module(path, rest.first()),
            ("builtins" | "importlib", "__import__", [path, rest @ ..]) => {
                import(path, rest.get(2))
            }
            (
                "importlib" | "importlib._bootstrap",
                "_bootstrap._gcd_import" | "_gcd_import",
                [path, ..],
            ) => import_module(path, None),
            ("pkgutil", "resolve_name", [path])
            | ("pydoc", "locate", [path, ..])
            | ("logging.config", "_resolve", [path]) => resolve(path),
            ("builtins", "vars", [Value::Global(object)]) => attribute(object, "__dict__"),
            ("operator", "getitem", [object, key]) => self.item(object, key, None),
            ("builtins", _, [object, key, rest @ ..]) if is_item(name) => {
                let default = (rest.len() == 1 || name == "dict.get")
                    .then(|| rest.first().cloned().unwrap_or_default());
                if name.ends_with("pop") || name.ends_with("setdefault") {
                    let found = self.item(object, key, default);
                    self.touch(object);
                    return found;
                }
                self.item(object, key, default)
            }
            _ => self.fold_constant(module, name, args),
        }
    }

    /// `object[key]`.
    fn item(&mut self, object: &Value, key: &Value, default: Option<Value>) -> Folded {
        match object {
            Value::Global(global) => match key.text() {
                Some(key) if global.is("sys", "modules") => {
                    Folded::Name(key.into_owned(), String::new(), false)
                }
                Some(key) => match global.qualname.strip_suffix("__dict__") {
                    Some(parent) if parent.is_empty() || parent.ends_with('.') => {
                        Folded::Name(global.module.to_string(), format!("{parent}{key}"), true)
                    }
                    _ => Folded::Not,
                },
                None => Folded::Not,
            },
            Value::Dict(dict) if self.is_steady_dict(dict) => {
                let mut found = dict
                    .items()
                    .into_iter()
                    .rev()
                    .map(|(stored, value)| (same(&stored, key), value));
                match found.find(|(equal, _)| *equal != Some(false)) {
                    Some((Some(true), value)) => Folded::Value(value),
                    Some(_) => Folded::Not,
                    None => default.map_or(Folded::Not, Folded::Value),
                }
            }
            Value::List(list) => match self.entries(list) {
                Some(items) => element(&items, key),
                None => Folded::Not,
            },
            Value::Tuple(tuple) if tuple.len() == tuple.items().len() as u64 => {
                element(tuple.items(), key)
            }
            Value::Text(_) | Value::Bytes(_) => {
                self.fold_constant("operator", "getitem", &[object.clone(), key.clone()])
            }
            _ => Folded::Not,
        }
    }

    /// A pure function of constants.
    fn fold_constant(&mut self, module: &str, name: &str, args: &[Value]) -> Folded {
        let constants: Option<Vec<Constant>> =
            args.iter().map(|value| self.constant(value, 0)).collect();
        let result = constants.and_then(|constants| fold_text::call(module, name, &constants));
        match result.and_then(|result| self.value_of(result)) {
            Some(value) => Folded::Value(value),
            None => Folded::Not,
        }
    }

    /// A value as a constant, when it is one that nothing can have changed.
    fn constant(&self, value: &Value, depth: u32) -> Option<Constant> {
        if depth > 2 {
            return None;
        }
        let all = |items: &[Value]| -> Option<Vec<Constant>> {
            items
                .iter()
                .map(|item| self.constant(item, depth + 1))
                .collect()
        };
        Some(match value {
            Value::None => Constant::None,
            Value::Int(number) => Constant::Int(*number),
            // What other bytes become depends on the loader's encoding.
            Value::Text(text) if text.is_python2() && !text.content().is_ascii() => return None,
            Value::Text(text) => {
                Constant::Text(std::str::from_utf8(text.content()).ok()?.to_owned())
            }
            Value::Bytes(blob) if !blob.is_mutable() => Constant::Bytes(blob.content().to_vec()),
            Value::Tuple(tuple) if tuple.len() == tuple.items().len() as u64 => {
                Constant::Tuple(all(tuple.items())?)
            }
            Value::List(list) => Constant::List(all(&self.entries(list)?)?),
            Value::Dict(dict) if self.is_steady_dict(dict) => {
                let pairs = dict.items().into_iter().map(|(key, value)| {
                    Some((
                        self.constant(&key, depth + 1)?,
                        self.constant(&value, depth + 1)?,
                    ))
                });
                Constant::Dict(pairs.collect::<Option<_>>()?)
            }
            Value::Call(call) if self.is_steady_call(call) && !call.built.get() => {
                let global = call.global()?;
                if !global.is("builtins", "slice") {
                    return None;
                }
                Constant::Slice(all(&self.arguments(&call.args)?)?)
            }
            _ => return None,
        })
    }

    fn values_of(&mut self, constants: Vec<Constant>) -> Option<Vec<Value>> {
        constants
            .into_iter()
            .map(|constant| self.value_of(constant))
            .collect()
    }

    /// A folded constant as a value.
    fn value_of(&mut self, constant: Constant) -> Option<Value> {
        Some(match constant {
            Constant::None => Value::None,
            Constant::Int(number) => Value::Int(number),
            Constant::Text(text) if text.len() <= LONGEST => {
                self.text(text.into_bytes(), Held::Unicode, u64::MAX)
            }
            Constant::Bytes(content) if content.len() <= LONGEST => {
                let charge = self.charge(content.len() + size_of::<Blob>() + 16)?;
                Value::Bytes(Rc::new(Blob::new(
                    content.into(),
                    Held::Bytes,
                    u64::MAX,
                    charge,
                )))
            }
            Constant::Tuple(items) if items.len() <= KEPT => {
                let values = self.values_of(items)?;
                self.tuple_of(values)
            }
            Constant::List(items) if items.len() <= KEPT => {
                let values = self.values_of(items)?;
                self.list_of(values, false)?
            }
            Constant::Once(items) if items.len() <= KEPT => {
                let values = self.values_of(items)?;
                self.list_of(values, true)?
            }
            _ => return None,
        })
    }
}

/// The public name of functions that have more than one.
fn canonical<'name>(module: &'name str, name: &'name str) -> (&'name str, &'name str) {
    let module = match module {
        "__builtin__" => "builtins",
        "_operator" => "operator",
        "_codecs" => "codecs",
        "_functools" => "functools",
        "importlib._bootstrap" if name == "__import__" => "importlib",
        other => other,
    };
    (module, name)
}

/// Whether a function gets an attribute of its first argument.
fn is_getattr(name: &str) -> bool {
    name == "getattr" || name == "getattr_static" || name.ends_with("__getattribute__")
}

/// Whether a method of a built-in type gets an item.
fn is_item(name: &str) -> bool {
    matches!(
        name,
        "dict.get"
            | "dict.__getitem__"
            | "dict.pop"
            | "dict.setdefault"
            | "list.__getitem__"
            | "list.pop"
            | "tuple.__getitem__"
            | "str.__getitem__"
            | "bytes.__getitem__"
            | "__dict__.__getitem__"
    ) || name.ends_with("__dict__.get")
}

/// Whether keyword arguments are none.
fn empty(kwargs: &Value) -> bool {
    match kwargs {
        Value::None => true,
        Value::Dict(dict) => dict.is_empty(),
        _ => false,
    }
}

fn with_first(first: &Value, rest: Vec<Value>) -> Vec<Value> {
    let mut all = vec![first.clone()];
    all.extend(rest);
    all
}

/// `object.name`, where the name may hold dots.
fn attribute(object: &super::Global, name: &str) -> Folded {
    let qualname = if object.qualname.is_empty() {
        name.to_owned()
    } else {
        format!("{}.{name}", object.qualname)
    };
    if qualname.len() > LONGEST {
        return Folded::Not;
    }
    Folded::Name(object.module.to_string(), qualname, true)
}

fn import_module(path: &Value, package: Option<&Value>) -> Folded {
    let Some(path) = path.text() else {
        return Folded::Not;
    };
    let plain = path.trim_start_matches('.');
    if plain.len() == path.len() {
        return Folded::Name(path.into_owned(), String::new(), false);
    }
    match package.and_then(Value::text) {
        Some(package) => {
            let up = path.len() - plain.len() - 1;
            let parents: Vec<&str> = package.split('.').collect();
            let kept = parents
                .get(..parents.len().saturating_sub(up))
                .unwrap_or_default();
            Folded::Name(format!("{}.{plain}", kept.join(".")), String::new(), false)
        }
        None => Folded::Not,
    }
}

/// `__import__` gives the package, unless it is asked for names.
fn import(path: &Value, names: Option<&Value>) -> Folded {
    let Some(path) = path.text() else {
        return Folded::Not;
    };
    let whole = match names {
        None | Some(Value::None) => false,
        Some(Value::Tuple(names)) => !names.is_empty(),
        Some(Value::List(names)) => !names.is_empty(),
        Some(_) => true,
    };
    let package = path.split('.').next().unwrap_or_default();
    let name = if whole { &path } else { package };
    Folded::Name(name.to_owned(), String::new(), false)
}

/// `module:name` or `module.name`.
fn resolve(path: &Value) -> Folded {
    let Some(path) = path.text() else {
        return Folded::Not;
    };
    let (module, name) = match path.split_once(':') {
        Some(parts) => parts,
        None => path.rsplit_once('.').unwrap_or((&path, "")),
    };
    Folded::Name(module.to_owned(), name.to_owned(), true)
}

/// Whether two keys are equal; nothing when that is not known.
fn same(left: &Value, right: &Value) -> Option<bool> {
    if let (Some(left), Some(right)) = (left.int(), right.int()) {
        return Some(left == right);
    }
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.content() == right.content()),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.content() == right.content()),
        (Value::None, Value::None) => Some(true),
        (Value::Text(_) | Value::None, other) if other.int().is_some() => Some(false),
        (other, Value::Text(_) | Value::None) if other.int().is_some() => Some(false),
        (Value::Text(_), Value::None) | (Value::None, Value::Text(_)) => Some(false),
        _ => None,
    }
}

/// `items[key]`.
fn element(items: &[Value], key: &Value) -> Folded {
    let Some(index) = key.int() else {
        return Folded::Not;
    };
    let place = if index < 0 {
        index.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX))
    } else {
        index
    };
    let found = usize::try_from(place)
        .ok()
        .and_then(|place| items.get(place));
    found.map_or(Folded::Not, |value| Folded::Value(value.clone()))
}
