//! JSON as a template sees it: values that print and serialise as Python's would.
//!
//! Templates are written for Python, and a trained model has seen Python's spelling: `1e-07`, `True`,
//! `{"a": 1}` with a space after the colon. Numbers that the engine would spell otherwise, or could not
//! hold, travel as [`Number`].

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, ValueKind};
use minijinja::{Error, ErrorKind, Value};
use serde_json::Value as Json;

/// A number as Python spells it.
#[derive(Debug)]
pub(super) struct Number(String);

impl Object for Number {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The test `number`, of which a number of ours is one too.
pub(super) fn is_number(value: &Value) -> bool {
    value.is_number() || value.downcast_object_ref::<Number>().is_some()
}

/// JSON for a template's context.
pub(super) fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(*flag),
        Json::Number(number) => from_number(number),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(fields) => {
            Value::from_pairs(fields.iter().map(|(key, value)| (key.as_str(), from_json(value))))
        }
    }
}

fn from_number(number: &serde_json::Number) -> Value {
    let text = number.to_string();
    if let Ok(integer) = text.parse::<i128>() {
        return i64::try_from(integer).map_or_else(|_| Value::from(integer), Value::from);
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() && text.contains(['.', 'e', 'E']) => {
            let value = Value::from(float);
            let python = float_text(float);
            if value.to_string() == python { value } else { Value::from_object(Number(python)) }
        }
        _ => Value::from_object(Number(text)),
    }
}

/// `repr(float)`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
fn float_text(float: f64) -> String {
    if float.is_nan() {
        return "NaN".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{float:?}"),
    }
}

/// The options of Python's `json.dumps` that templates use.
struct Dumps {
    ensure_ascii: bool,
    sort_keys: bool,
    indent: Option<String>,
    item: String,
    key: String,
}

/// The filter `tojson` as transformers defines it: `json.dumps` with non-ASCII text left alone.
pub(super) fn tojson(
    value: &Value,
    ensure_ascii: Option<bool>,
    indent: Option<&Value>,
    kwargs: &Kwargs,
) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => indent.clone(),
        None => kwargs.get::<Option<Value>>("indent")?.unwrap_or_default(),
    };
    let indent = match (indent.as_usize(), indent.as_str()) {
        (Some(width), _) => Some(" ".repeat(width.min(64))),
        (None, Some(text)) => Some(text.to_owned()),
        (None, None) => None,
    };
    let separators = kwargs.get::<Option<Vec<String>>>("separators")?.unwrap_or_default();
    let (item, key) = match separators.as_slice() {
        [item, key] => (item.clone(), key.clone()),
        _ => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
    };
    let dumps = Dumps {
        ensure_ascii: ensure_ascii.or(kwargs.get("ensure_ascii")?).unwrap_or(false),
        sort_keys: kwargs.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
        indent,
        item,
        key,
    };
    kwargs.assert_all_used()?;
    let mut out = String::new();
    dumps.write(value, 0, &mut out)?;
    Ok(out)
}

impl Dumps {
    fn write(&self, value: &Value, depth: usize, out: &mut String) -> Result<(), Error> {
        match value.kind() {
            ValueKind::None => out.push_str("null"),
            ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => out.push_str(&number_text(value)),
            ValueKind::String => self.write_string(value.as_str().unwrap_or_default(), out),
            ValueKind::Seq | ValueKind::Iterable => {
                let items: Vec<Value> = value.try_iter()?.collect();
                self.write_container(['[', ']'], items.len(), depth, out, |index, out| {
                    self.write(&items[index], depth + 1, out)
                })?;
            }
            ValueKind::Map => {
                let keys = self.keys(value)?;
                self.write_container(['{', '}'], keys.len(), depth, out, |index, out| {
                    let (text, key) = &keys[index];
                    self.write_string(text, out);
                    out.push_str(&self.key);
                    self.write(&value.get_item(key)?, depth + 1, out)
                })?;
            }
            _ => {
                let number = value.downcast_object_ref::<Number>().ok_or_else(|| {
                    let message = format!("a value of type {} is not JSON serializable", value.kind());
                    Error::new(ErrorKind::BadSerialization, message)
                })?;
                out.push_str(&number.0);
            }
        }
        Ok(())
    }

    fn keys(&self, map: &Value) -> Result<Vec<(String, Value)>, Error> {
        let mut keys: Vec<(String, Value)> = map.try_iter()?.map(|key| (key_text(&key), key)).collect();
        if self.sort_keys {
            keys.sort_by(|a, b| a.0.cmp(&b.0));
        }
        Ok(keys)
    }

    fn write_container(
        &self,
        [open, close]: [char; 2],
        len: usize,
        depth: usize,
        out: &mut String,
        mut write_item: impl FnMut(usize, &mut String) -> Result<(), Error>,
    ) -> Result<(), Error> {
        out.push(open);
        for index in 0..len {
            if index > 0 {
                out.push_str(&self.item);
            }
            self.break_line(depth + 1, out);
            write_item(index, out)?;
        }
        if len > 0 {
            self.break_line(depth, out);
        }
        out.push(close);
        Ok(())
    }

    fn break_line(&self, depth: usize, out: &mut String) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    }

    fn write_string(&self, text: &str, out: &mut String) {
        out.push('"');
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                control if control < ' ' => escape(control, out),
                wide if self.ensure_ascii && !wide.is_ascii() => escape(wide, out),
                plain => out.push(plain),
            }
        }
        out.push('"');
    }
}

fn escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let hex = format!("{unit:04x}");
        out.push_str("\\u");
        out.push_str(&hex);
    }
}

fn number_text(value: &Value) -> String {
    match f64::try_from(value.clone()) {
        Ok(float) if !value.is_integer() => float_text(float),
        _ => value.to_string(),
    }
}

fn key_text(key: &Value) -> String {
    match key.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool => if key.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number => number_text(key),
        _ => key.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dumps(json: &Json, kwargs: &[(&str, Value)]) -> String {
        tojson(&from_json(json), None, None, &kwargs.iter().cloned().collect::<Kwargs>()).unwrap()
    }

    #[test]
    fn json_is_spelled_as_python_spells_it() {
        let json = json!({"b": [1, 2.0, true, null], "a": {"é\n\u{1}": "\"<&>'"}, "empty": [{}, []]});
        let plain =
            "{\"b\": [1, 2.0, true, null], \"a\": {\"é\\n\\u0001\": \"\\\"<&>'\"}, \"empty\": [{}, []]}";
        assert_eq!(dumps(&json, &[]), plain);
    }

    #[test]
    fn the_options_of_dumps_are_honoured() {
        let json = json!({"b": ["é🫠"], "a": 1});
        assert_eq!(
            dumps(&json, &[("ensure_ascii", Value::from(true))]),
            "{\"b\": [\"\\u00e9\\ud83e\\udee0\"], \"a\": 1}"
        );
        assert_eq!(dumps(&json, &[("sort_keys", Value::from(true))]), "{\"a\": 1, \"b\": [\"é🫠\"]}");
        let tight = Value::from(vec![",", ":"]);
        assert_eq!(dumps(&json, &[("separators", tight)]), "{\"b\":[\"é🫠\"],\"a\":1}");
        assert_eq!(
            dumps(&json, &[("indent", Value::from(2))]),
            "{\n  \"b\": [\n    \"é🫠\"\n  ],\n  \"a\": 1\n}"
        );
    }

    #[test]
    fn numbers_are_spelled_as_python_spells_them() {
        for (sent, python) in [
            ("1e-7", "1e-07"),
            ("0.0001", "0.0001"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1.5e22", "1.5e+22"),
            ("-0.0", "-0.0"),
            ("1.0", "1.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1234567890123456789012345678901234567890123", "1234567890123456789012345678901234567890123"),
            ("1e400", "1e+400"),
        ] {
            let value = from_json(&serde_json::from_str(sent).unwrap());
            assert_eq!(value.to_string(), python);
            assert!(is_number(&value));
            assert_eq!(
                tojson(&value, None, None, &Kwargs::from_iter([("indent", Value::from(()))])).unwrap(),
                python
            );
        }
    }

    #[test]
    fn what_python_cannot_serialise_is_an_error() {
        assert!(
            tojson(&Value::UNDEFINED, None, None, &Kwargs::from_iter([("indent", Value::from(()))])).is_err()
        );
    }
}
