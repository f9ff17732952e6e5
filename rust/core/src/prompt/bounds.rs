//! What a template must not do to the server: nest values without end, or stretch them without end.
//!
//! Fuel bounds a template's work and [`super::template`] its output. But the engine prints, compares and frees a
//! nested value by recursion, and makes a text of any length in one instruction. A value outlives the block that
//! made it only in a namespace, so what a namespace is given is looked at; lengths are looked at wherever a
//! filter multiplies them.

use minijinja::value::{Kwargs, Rest, StringInput, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};
use minijinja_contrib::pycompat;

/// The name of the filter that whatever a namespace is given passes.
pub(super) const BOUNDED: &str = "bounded";

/// Levels that a value in a namespace may have: more than a request's JSON has, far fewer than a stack holds.
const MAX_LEVELS: u32 = 200;
/// Values looked at in one rendering; a value that is looked at again counts again.
const MAX_LOOKS: u64 = 200_000_000;
/// Characters that a value may be padded to, and parts that a list may be cut into.
const MAX_WIDTH: usize = 9_999;

/// Bytes of all texts that joining and replacing make in one rendering: more than the longest context holds.
const MAX_MADE_BYTES: usize = 32 << 20;
/// Bytes of a text that becomes a list of its characters.
const MAX_LISTED_BYTES: usize = 4 << 20;

/// Values looked at so far.
#[derive(Default)]
struct Looks(u64);

/// Bytes made so far.
#[derive(Default)]
struct Made(usize);

/// Adds the filter [`BOUNDED`], and bounds those that pad and multiply.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter(BOUNDED, bounded);
    environment.add_filter("join", join);
    environment.add_filter("replace", replace);
    environment.add_filter("list", |state: &State, value: Value| {
        check_listed(&value)?;
        filters::list(state, value)
    });
    environment.add_filter("format", |state: &mut State, text: &Value, values: Rest<ValueOrKwargs>| {
        check_printf(text, &values)?;
        filters::format(state, text, values)
    });
    environment.add_filter("slice", |state: &State, value: Value, count: usize, fill: Option<Value>| {
        check_width(count)?;
        filters::slice(state, value, count, fill)
    });
    environment.add_filter("batch", |state: &State, value: Value, count: usize, fill: Option<Value>| {
        check_width(count)?;
        filters::batch(state, value, count, fill)
    });
    environment.set_unknown_method_callback(|state, value, method, arguments| {
        let text = value.as_str().unwrap_or_default();
        match (method, arguments) {
            ("format", _) => check_fields(text)?,
            ("join", [items]) => check_join(state, items, text)?,
            ("replace", [from, to, ..]) => {
                let [from, to] = [from, to].map(|text| text.as_str().unwrap_or_default());
                check_replace(state, text, from, to)?;
            }
            _ => {}
        }
        pycompat::unknown_method_callback(state, value, method, arguments)
    });
}

fn join(
    state: &mut State,
    items: &Value,
    between: Option<StringInput<'_>>,
    attribute: Option<&str>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    check_join(state, items, between.as_ref().map_or("", StringInput::as_str))?;
    filters::join(state, items, between, attribute, kwargs)
}

fn check_join(state: &mut State, items: &Value, between: &str) -> Result<(), Error> {
    let texts = items.try_iter().into_iter().flatten().map(|item| item.as_str().map_or(0, str::len));
    let len = match items.as_str() {
        Some(text) => text.len().saturating_mul(1 + between.len()),
        None => texts.map(|len| len + between.len()).sum(),
    };
    check_made(state, len)
}

fn replace(
    state: &mut State,
    text: StringInput<'_>,
    from: StringInput<'_>,
    to: StringInput<'_>,
) -> Result<Value, Error> {
    check_replace(state, text.as_str(), from.as_str(), to.as_str())?;
    filters::replace(state, text, from, to)
}

fn check_replace(state: &mut State, text: &str, from: &str, to: &str) -> Result<(), Error> {
    let added = text.matches(from).count().saturating_mul(to.len());
    check_made(state, text.len().saturating_add(added))
}

fn check_made(state: &mut State, len: usize) -> Result<(), Error> {
    let Made(made) = state.get_or_insert_extension(Made::default());
    *made = made.saturating_add(len);
    if *made <= MAX_MADE_BYTES {
        return Ok(());
    }
    let reason = format!("a template makes at most {MAX_MADE_BYTES} bytes of text by joining and replacing");
    Err(Error::new(ErrorKind::InvalidOperation, reason))
}

/// A text's characters are values of their own, each many times as large.
pub(super) fn check_listed(value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if text.len() > MAX_LISTED_BYTES => {
            let reason = format!("a text of {} bytes is too long to be a list of characters", text.len());
            Err(Error::new(ErrorKind::InvalidOperation, reason))
        }
        Some(_) | None => Ok(()),
    }
}

/// What a namespace is given, if it ends within [`MAX_LEVELS`] and holds no namespace: one could hold itself.
fn bounded(state: &mut State, value: Value) -> Result<Value, Error> {
    let looks = state.get_or_insert_extension(Looks::default());
    if is_bounded(&value, MAX_LEVELS, looks) {
        return Ok(value);
    }
    let reason = format!("a namespace holds at most {MAX_LEVELS} levels of lists and maps, and no namespace");
    Err(Error::new(ErrorKind::InvalidOperation, reason))
}

fn is_bounded(value: &Value, levels: u32, looks: &mut Looks) -> bool {
    looks.0 += 1;
    let mut is_bounded = |inner: Value| levels > 0 && is_bounded(&inner, levels - 1, looks);
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable if value.len().is_some() => {
            value.try_iter().is_ok_and(|mut items| items.all(&mut is_bounded))
        }
        ValueKind::Map if is_namespace(value) => false,
        ValueKind::Map => value
            .try_iter()
            .is_ok_and(|mut keys| keys.all(|key| value.get_item(&key).is_ok_and(&mut is_bounded))),
        _ => looks.0 < MAX_LOOKS,
    }
}

/// The engine keeps the type of its namespaces to itself.
fn is_namespace(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("::Namespace"))
}

/// A conversion of `%` names its width, or takes it from the values (`%*d`).
fn check_printf(text: &Value, values: &[ValueOrKwargs]) -> Result<(), Error> {
    for conversion in text.as_str().unwrap_or_default().split('%').skip(1) {
        let named = conversion.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let spec = named.map_or(conversion, |(_, spec)| spec);
        let end = spec.find(|c: char| !c.is_ascii_digit() && !"#- +.*".contains(c)).unwrap_or(spec.len());
        check_numbers(&spec[..end])?;
        if spec[..end].contains('*') {
            values.iter().filter_map(|value| value.as_usize()).try_for_each(check_width)?;
        }
    }
    Ok(())
}

/// A field of `str.format` names its width after the colon.
fn check_fields(text: &str) -> Result<(), Error> {
    let fields = text.split('{').skip(1).filter_map(|field| field.split('}').next()?.split_once(':'));
    fields.map(|(_, spec)| spec).try_for_each(check_numbers)
}

fn check_numbers(spec: &str) -> Result<(), Error> {
    let numbers = spec.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    numbers.map(|digits| digits.parse().unwrap_or(usize::MAX)).try_for_each(check_width)
}

fn check_width(width: usize) -> Result<(), Error> {
    if width <= MAX_WIDTH {
        return Ok(());
    }
    let reason = format!("a width must be at most {MAX_WIDTH}, got {width}");
    Err(Error::new(ErrorKind::InvalidOperation, reason))
}

#[cfg(test)]
mod tests {
    use super::super::template::{Context, Refusal, Template};
    use serde_json::{Map, json};

    fn render(source: &str) -> Result<String, Refusal> {
        let messages = (0..5_000).map(|n| json!({"role": "user", "content": n.to_string()})).collect();
        let context = Context { messages, ..Context::default() };
        Template::new(source, Map::new()).unwrap().render(&context)
    }

    #[test]
    fn a_value_cannot_be_nested_without_end() {
        for nested in [
            "{% set n = namespace(x=[]) %}{% for i in range(100000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
            "{% set n = namespace(x=1) %}{% for i in range(100000) %}{%- set n.x = {'a': n.x} -%}{% endfor %}x",
            "{% set n = namespace() %}{% set n.x = n %}{{ n }}",
            "{% set n = namespace() %}{% set m = namespace() %}{% set n.x = [m] %}{% set m.x = n %}{{ n }}",
            "{% set n = namespace(x='') %}{% for i in range(100000) %}{% set a, n.x = 1, [n.x, '%}'] %}{% endfor %}x",
            "{% set n = namespace(x=[]) %}{% for i in range(100000) %}{% set n.x | default([n.x], true) %}{% endset %}{% endfor %}x",
        ] {
            assert!(matches!(render(nested), Err(Refusal::Failed(_))), "{nested}");
        }
    }

    #[test]
    fn a_namespace_gathers_messages_as_templates_do() {
        let source = "{% set n = namespace(m=[], last=-1) %}{% for m in messages %}{% set n.m = n.m + [m] %}\
                      {% set n.last = loop.index0 %}{% endfor %}{{ n.m | length }} {{ n.last }} {{ n.m[-1].content }}";
        assert_eq!(render(source).unwrap(), "5000 4999 4999");
        assert_eq!(render("{% raw %}{% set n.x = 1 %}{% endraw %}").unwrap(), "{% set n.x = 1 %}");
    }

    #[test]
    fn a_text_cannot_be_multiplied_without_end() {
        for multiplied in [
            "{% set s = 'x' * 3000 %}{{ s | join(s) | join(s) | length }}",
            "{% set s = 'x' * 3000 %}{{ s.join(s).join(s) | length }}",
            "{% set s = 'x' * 3000 %}{{ s | replace('x', s) | replace('x', s) | length }}",
            "{% set s = 'x' * 3000 %}{{ s.replace('', s).replace('', s) | length }}",
            "{% set s = 'x' * 300000 %}{{ ([s] * 1000) | join | length }}",
            "{% set s = 'x' * 4000 %}{% for _ in range(10000) %}{% set t = s | replace('y', '') %}{% endfor %}x",
            "{{ ('x' * 9000000) | list | length }}",
            "{% for c in 'x' * 9000000 %}{% endfor %}",
        ] {
            assert!(matches!(render(multiplied), Err(Refusal::Failed(_))), "{multiplied}");
        }
        assert_eq!(render("{{ ['a', 1] | join(', ') }} {{ ', '.join(['a', 'b']) }}").unwrap(), "a, 1 a, b");
        let attribute = "{{ messages[:2] | join('-', attribute='content') }}{{ 'aXb' | replace('X', '') }}";
        assert_eq!(render(attribute).unwrap(), "0-1ab");
    }

    #[test]
    fn a_value_cannot_be_padded_without_end() {
        for padded in [
            "{{ '%9999999999s' | format('x') }}",
            "{{ '%(a)09999999999d' | format(a=1) }}",
            "{{ '%.9999999999f' | format(1.5) }}",
            "{{ '%*d' | format(9999999999, 1) }}",
            "{{ '{:>9999999999}'.format('x') }}",
            "{{ [1] | batch(9999999999, 0) }}",
            "{{ [1] | slice(9999999999) }}",
        ] {
            assert!(matches!(render(padded), Err(Refusal::Failed(_))), "{padded}");
        }
        let said = "{{ 'of 131072: %5.1f%%' | format(131072.25) }} {{ '{:,} {}'.format(131072, 'a:99999') }}";
        assert_eq!(render(said).unwrap(), "of 131072: 131072.2% 131,072 a:99999");
    }
}
