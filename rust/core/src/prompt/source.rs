//! A template's text, made ready for an engine that differs from Python's in three places.
//!
//! ```text
//!  {% generation %} body {% endgeneration %}   {% with %} body {% endwith %}     it marks training data
//!  {% for c in text if c %}                    {% for c in (text) | loopable if c %}
//!  {% set ns.a = value %}                      {% set ns.a = (value) | bounded %}
//! ```
//!
//! A `with` block prints its body and keeps its scope, as the tag does. One filter makes a list of a string's
//! characters, so that a loop over it knows its length; the other keeps values from nesting without end.

use super::bounds::BOUNDED;

/// The name of the filter that makes a loop's values countable.
pub(super) const LOOPABLE: &str = "loopable";

/// The template's text for the engine.
pub(super) fn prepared(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((start, len)) = next_tag(rest) {
        let (before, tag) = (&rest[..start], &rest[start..start + len]);
        out.push_str(before);
        rest = &rest[start + len..];
        if words(tag) == "raw" {
            let end = rest.find("endraw").unwrap_or(rest.len());
            out.push_str(tag);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            out.push_str(&prepared_tag(tag));
        }
    }
    out.push_str(rest);
    out
}

/// The place and length of the next `{% tag %}` outside of comments and of expressions.
fn next_tag(source: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        at += source[at..].find('{')?;
        let len = match source.as_bytes().get(at + 1) {
            Some(b'#') => source[at..].find("#}")? + 2,
            Some(b'{') => closed(&source[at..], "}}")?,
            Some(b'%') => return Some((at, closed(&source[at..], "%}")?)),
            _ => 1,
        };
        at += len;
    }
}

/// Length of what begins with two characters and ends with `closer`, outside of texts.
fn closed(source: &str, closer: &str) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, character) in source.char_indices().skip(2) {
        if let Some(open) = quote {
            quote = Some(open).filter(|open| escaped || *open != character);
            escaped = character == '\\' && !escaped;
        } else if matches!(character, '"' | '\'') {
            quote = Some(character);
        } else if source[at..].starts_with(closer) {
            return Some(at + closer.len());
        }
    }
    None
}

/// What a tag says, without what opens and closes it.
fn words(tag: &str) -> &str {
    tag.trim_start_matches(['{', '%', '-', '+']).trim_end_matches(['%', '}', '-', '+']).trim()
}

fn prepared_tag(tag: &str) -> String {
    let inside = words(tag);
    match inside.split_whitespace().next() {
        Some("generation") if inside == "generation" => tag.replacen("generation", "with", 1),
        Some("endgeneration") if inside == "endgeneration" => tag.replacen("endgeneration", "endwith", 1),
        Some("for") => loopable(tag).unwrap_or_else(|| tag.to_owned()),
        Some("set") => bounded(tag).unwrap_or_else(|| tag.to_owned()),
        _ => tag.to_owned(),
    }
}

/// A `set` tag whose value passes the filter; `None` for one that gives no namespace anything.
fn bounded(tag: &str) -> Option<String> {
    let end = tag.trim_end_matches(['%', '}', '-', '+']).len();
    let (said, close) = tag.split_at(end);
    let target = said.find(['=', '|']).unwrap_or(said.len());
    if !said[..target].contains('.') {
        return None;
    }
    Some(match said[target..].strip_prefix('=') {
        Some(value) => format!("{}=({}) | {BOUNDED} {close}", &said[..target], value.trim()),
        None => format!("{} | {BOUNDED} {close}", said.trim_end()),
    })
}

/// A `for` tag whose values pass the filter; `None` for one that is not understood.
fn loopable(tag: &str) -> Option<String> {
    let values = tag.find(" in ")? + " in ".len();
    let end = values + values_len(&tag[values..])?;
    let (before, expression, after) = (&tag[..values], tag[values..end].trim(), &tag[end..]);
    (!expression.is_empty()).then(|| format!("{before}({expression}) | {LOOPABLE} {after}"))
}

/// Length of the expression that a loop's values come from: up to `if`, `recursive` or the tag's end, outside
/// of texts and brackets.
fn values_len(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped, mut word) = (0_u32, None, false, 0);
    for (at, character) in text.char_indices() {
        let in_word = character.is_alphanumeric() || character == '_';
        if let Some(open) = quote {
            quote = Some(open).filter(|open| escaped || *open != character);
            escaped = character == '\\' && !escaped;
        } else {
            if !in_word && depth == 0 && matches!(&text[word..at], "if" | "recursive") {
                return Some(word);
            }
            match character {
                '"' | '\'' => quote = Some(character),
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth > 0 => depth -= 1,
                '-' | '+' if depth == 0 && text[at + 1..] == *"%}" => return Some(at),
                '%' if depth == 0 && text[at..] == *"%}" => return Some(at),
                _ => {}
            }
        }
        if !in_word {
            word = at + character.len_utf8();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generation_tags_become_blocks_of_their_own() {
        assert_eq!(
            prepared("a {%- generation %}b{% endgeneration -%} {{ generation }}"),
            "a {%- with %}b{% endwith -%} {{ generation }}"
        );
    }

    #[test]
    fn what_a_namespace_is_given_passes_the_filter_and_nothing_else_does() {
        for (tag, ready) in [
            ("{% set n.a = [n.a, '%}'] %}", "{% set n.a =([n.a, '%}']) | bounded %}"),
            ("{%- set b, n.a = 1, c == d -%}", "{%- set b, n.a =(1, c == d) | bounded -%}"),
            ("{% set n.a | trim %}x{% endset %}", "{% set n.a | trim | bounded %}x{% endset %}"),
        ] {
            assert_eq!(prepared(tag), ready);
        }
        for same in ["{% set a = n.b %}", "{% set a %}x.y{% endset %}", "{% set n.a = '", "{% set %}"] {
            assert_eq!(prepared(same), same);
        }
    }

    #[test]
    fn texts_comments_and_raw_blocks_stay_as_they_are() {
        for same in [
            "{{ '{% for a in b %}' }}",
            "{# {% for a in b %} '#}",
            "{% raw %}{% for a in b %}{% endraw %}",
            "{ {% if a == '%}{% for a in b %}' %}",
        ] {
            assert_eq!(prepared(same), same);
        }
    }

    #[test]
    fn what_a_loop_goes_over_passes_the_filter_and_nothing_else_does() {
        for (tag, ready) in [
            ("{% for a in b %}", "{% for a in (b) | loopable %}"),
            (
                "{%- for a, b in c.items() if a not in d -%}",
                "{%- for a, b in (c.items()) | loopable if a not in d -%}",
            ),
            (
                "{% for a in ['if', b['x']] + c recursive %}",
                "{% for a in (['if', b['x']] + c) | loopable recursive %}",
            ),
            (
                "{% for a in b[1:]|sort(attribute='if')-%}",
                "{% for a in (b[1:]|sort(attribute='if')) | loopable -%}",
            ),
            ("{% for a in iffy if iffy %}", "{% for a in (iffy) | loopable if iffy %}"),
            ("{% for a in '\\' if' if b %}", "{% for a in ('\\' if') | loopable if b %}"),
        ] {
            assert_eq!(prepared(tag), ready);
        }
        for same in [
            "{% if a in b %}",
            "{% for %}",
            "{% for a in %}",
            "{% endfor %}",
            "{% for a in b",
            "{% for a in (b %}",
        ] {
            assert_eq!(prepared(same), same);
        }
    }
}
