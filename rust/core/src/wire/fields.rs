//! Reading an object's fields into types, with errors that name the field as the client spelled it.
//!
//! `null` on an optional field means that it is absent.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::{Error, body};

/// An object and where in the request it stands.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    /// Whether values may hold what the user wrote: then errors say only what kind of value was sent.
    private: bool,
    /// The fields that were looked at: all others have no effect.
    read: RefCell<Vec<&'a str>>,
}

impl<'a> Fields<'a> {
    /// The request itself.
    pub(super) fn root(map: &'a Map<String, Value>) -> Self {
        Self { map, path: String::new(), private: false, read: RefCell::default() }
    }

    /// An object inside the request, at `path`.
    pub(super) fn of(value: &'a Value, path: String, private: bool) -> Result<Self, Error> {
        match value {
            Value::Object(map) => Ok(Self { map, path, private, read: RefCell::default() }),
            other => {
                let got = if private { body::kind(other) } else { body::got(other) };
                Err(Error::InvalidParam { param: path, expected: "an object".to_owned(), got })
            }
        }
    }

    /// The field's full name, such as `messages[2].role`.
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Where the object itself stands.
    pub(super) fn place(&self) -> &str {
        &self.path
    }

    /// The field's value, unless it is absent or null.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        let (name, value) = self.map.get_key_value(name)?;
        self.read.borrow_mut().push(name);
        Some(value).filter(|value| !value.is_null())
    }

    /// Full names of the fields that say something and were not looked at.
    pub(super) fn unread(&self) -> impl Iterator<Item = String> {
        let read = self.read.borrow();
        let unread =
            self.map.iter().filter(|(name, value)| !value.is_null() && !read.contains(&name.as_str()));
        unread.map(|(name, _)| self.path(name)).collect::<Vec<_>>().into_iter()
    }

    /// The whole object.
    pub(super) fn map_of(&self) -> &'a Map<String, Value> {
        self.map
    }

    /// Whether the field is there, null or not.
    pub(super) fn is_sent(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a String> {
        self.map.keys()
    }

    /// The error for this field.
    pub(super) fn invalid(&self, name: &str, expected: impl Into<String>) -> Error {
        let value = self.map.get(name).unwrap_or(&Value::Null);
        let got = if self.private { body::kind(value) } else { body::got(value) };
        Error::InvalidParam { param: self.path(name), expected: expected.into(), got }
    }

    /// The error for a field that must be there.
    pub(super) fn missing(&self, name: &str, expected: impl Into<String>) -> Error {
        Error::MissingParam { param: self.path(name), expected: expected.into() }
    }

    pub(super) fn string(&self, name: &str) -> Result<Option<&'a str>, Error> {
        self.read(name, "a string", Value::as_str)
    }

    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        self.read(name, "true or false", Value::as_bool)
    }

    pub(super) fn array(&self, name: &str) -> Result<Option<&'a [Value]>, Error> {
        self.read(name, "an array", |value| value.as_array().map(Vec::as_slice))
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, Error> {
        self.value(name).map(|value| Self::of(value, self.path(name), self.private)).transpose()
    }

    pub(super) fn map(&self, name: &str) -> Result<Option<&'a Map<String, Value>>, Error> {
        self.read(name, "an object", Value::as_object)
    }

    /// A number within a range; `expected` tells the range in words.
    pub(super) fn number(
        &self,
        name: &str,
        expected: &str,
        allowed: impl Fn(f64) -> bool,
    ) -> Result<Option<f64>, Error> {
        self.read(name, expected, |value| value.as_f64().filter(|number| allowed(*number)))
    }

    /// A whole number within a range; `1.0` is one.
    pub(super) fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Error> {
        let expected = match (*range.start(), *range.end()) {
            (start, i64::MAX) => format!("a whole number from {start}"),
            (start, end) => format!("a whole number from {start} to {end}"),
        };
        self.read(name, &expected, |value| whole(value).filter(|number| range.contains(number)))
    }

    /// The field as `read` understands it; `expected` tells in words what it understands.
    pub(super) fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        read(value).map(Some).ok_or_else(|| self.invalid(name, expected))
    }
}

/// A whole number. Above 64 bits it becomes the largest one, so that a huge limit means no limit.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else {
        return None;
    };
    if let Some(whole) = number.as_i64() {
        return Some(whole);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer saturates")]
    Some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_means_absent_and_a_wrong_type_names_the_field() {
        let json = json!({"a": null, "b": "text", "c": {"d": 7}});
        let fields = Fields::root(json.as_object().unwrap());
        assert_eq!(fields.boolean("a").unwrap(), None);
        assert_eq!(fields.boolean("b").unwrap_err().to_string(), "\"b\" must be true or false, got \"text\"");
        let inner = fields.object("c").unwrap().unwrap();
        assert_eq!(inner.string("d").unwrap_err().to_string(), "\"c.d\" must be a string, got 7");
    }

    #[test]
    fn whole_numbers_may_be_spelled_as_floats_and_huge_ones_saturate() {
        assert_eq!(whole(&json!(3.0)), Some(3));
        assert_eq!(whole(&json!(3.5)), None);
        assert_eq!(whole(&serde_json::from_str("1e30").unwrap()), Some(i64::MAX));
        assert_eq!(whole(&serde_json::from_str("1e999").unwrap()), None);
    }

    #[test]
    fn what_the_user_wrote_is_never_repeated() {
        let json = json!({"content": "secret"});
        let fields = Fields::of(&json, "messages[0]".to_owned(), true).unwrap();
        let error = fields.array("content").unwrap_err().to_string();
        assert_eq!(error, "\"messages[0].content\" must be an array, got a string of 6 characters");
    }
}
