//! How hard a model is to think, in the variables that its template has for it.
//!
//! Templates spell it in three ways: a word, a switch, a number of tokens. Which of them one has is read from the
//! variables it looks at; which words it takes, by asking it.

use serde_json::{Map, Value, json};

use super::template::{Context, Template};

/// The words, from not at all to as hard as can be.
const WORDS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
/// Tokens of thought for each word, as the one published template that has a budget counts them: in steps of 512,
/// of which -1 is no bound.
const BUDGETS: [i32; WORDS.len()] = [0, 512, 1024, 4096, 16_384, -1, -1];
/// The variables that take a word.
const WORD_VARIABLES: [&str; 2] = ["reasoning_effort", "thinking_effort"];
/// The variables that turn thinking on and off.
const SWITCHES: [&str; 3] = ["enable_thinking", "thinking", "reasoning"];
/// The variable that takes a number of tokens.
const BUDGET: &str = "thinking_budget";

/// The variables for an effort; none where the template has none for it, or does not know the word.
pub(super) fn effort_variables(template: &Template, word: &str) -> Map<String, Value> {
    let mut variables = Map::new();
    let Some(level) = WORDS.iter().position(|known| *known == word) else { return variables };
    let mut set = |name: &str, value: Value| variables.insert(name.to_owned(), value);
    for name in SWITCHES.into_iter().filter(|name| has(template, name, [json!(false), json!(true)])) {
        set(name, json!(level > 0));
    }
    for name in WORD_VARIABLES.into_iter().filter(|name| has(template, name, [json!("low"), json!("high")])) {
        if let Some(word) = taken(template, name, level) {
            set(name, json!(word));
        }
    }
    if has(template, BUDGET, [json!(0), json!(512)]) {
        set(BUDGET, json!(BUDGETS[level]));
    }
    variables
}

/// Whether the template has a variable: it looks at it, or says something else for each of two values.
fn has(template: &Template, variable: &str, values: [Value; 2]) -> bool {
    let differs = || {
        let [one, other] = values.map(|value| asked(template, variable, value));
        one != other
    };
    template.looks_at(variable) || (template.mentions(variable) && differs())
}

/// The nearest word that the template takes, of two the higher; no thinking is none of the others' neighbour.
fn taken(template: &Template, variable: &str, level: usize) -> Option<&'static str> {
    let mut levels: Vec<usize> = (0..WORDS.len()).filter(|other| (*other == 0) == (level == 0)).collect();
    levels.sort_by_key(|other| (other.abs_diff(level), other < &level));
    let takes = |word: &&str| asked(template, variable, json!(word)).is_some();
    levels.into_iter().map(|level| WORDS[level]).find(takes)
}

/// A question's prompt, if the template does not refuse the variable.
fn asked(template: &Template, variable: &str, value: Value) -> Option<String> {
    let messages = vec![json!({"role": "user", "content": "zqask"})];
    let kwargs = [(variable.to_owned(), value)].into_iter().collect();
    template.render(&Context { messages, kwargs, add_generation_prompt: true, ..Context::default() }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(source: &str, word: &str) -> Value {
        Value::Object(effort_variables(&Template::new(source, Map::new()).unwrap(), word))
    }

    #[test]
    fn a_switch_is_off_for_none_alone() {
        let source =
            "{% if enable_thinking is defined and not enable_thinking %}x{% endif %}{{ message.thinking }}";
        assert_eq!(variables(source, "none"), json!({"enable_thinking": false}));
        assert_eq!(variables(source, "minimal"), json!({"enable_thinking": true}));
        assert_eq!(variables(source, "ultra"), json!({}), "nobody knows that word");
        let from_itself =
            "{% set thinking = thinking if thinking is defined else true %}{{ 'x' if thinking }}";
        assert_eq!(variables(from_itself, "low"), json!({"thinking": true}));
    }

    #[test]
    fn a_word_is_the_nearest_that_the_template_takes() {
        let source =
            "{% if thinking_effort not in ['low', 'high', 'max'] %}{{ raise_exception('no') }}{% endif %}";
        for (word, taken) in [("minimal", "low"), ("low", "low"), ("medium", "high"), ("xhigh", "max")] {
            assert_eq!(variables(source, word), json!({"thinking_effort": taken}));
        }
        assert_eq!(variables(source, "none"), json!({}));
        assert_eq!(variables("{{ reasoning_effort }}", "xhigh"), json!({"reasoning_effort": "xhigh"}));
    }

    #[test]
    fn a_budget_is_told_in_tokens_and_a_template_without_any_gets_nothing() {
        assert_eq!(variables("{{ thinking_budget }}", "low"), json!({"thinking_budget": 1024}));
        assert_eq!(variables("{{ messages[0].content }}", "high"), json!({}));
    }
}
