//! The tools a chat request declares, and which of them the reply may call.

use serde_json::Value;

use super::fields::Fields;
use super::unbuilt;
use super::{Error, body};

/// A declared function.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDeclaration {
    /// The function's name.
    pub name: String,
    /// Its parameters' JSON schema, as sent; `null` when there is none.
    pub parameters: Value,
    /// The declaration for the template: as sent, but for what is null and for `strict`, which say nothing.
    pub declaration: Value,
}

/// What `tool_choice` says in any dialect.
pub(super) enum ToolChoice<'a> {
    /// The model chooses; also where nothing is said.
    Auto,
    /// No tool may be called.
    None,
    /// Some may or must, in the dialect's own words.
    Object(Fields<'a>),
}

/// Characters a tool's name may have.
const MAX_NAME_LEN: usize = 128;

/// Reads `tools` and `tool_choice`: the tools to show the model; none when it must not call any.
pub(super) fn tools(request: &Fields) -> Result<Vec<ToolDeclaration>, Error> {
    let items = request.array("tools")?.unwrap_or_default();
    let tools: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(index, item)| tool(item, format!("tools[{index}]")))
        .collect::<Result<_, _>>()?;
    match tool_choice(request)? {
        ToolChoice::Auto => Ok(tools),
        ToolChoice::None => Ok(Vec::new()),
        ToolChoice::Object(_) => Err(unbuilt::refuse("tool_choice")),
    }
}

/// Reads `tool_choice`, but for what is in its object.
pub(super) fn tool_choice<'a>(request: &Fields<'a>) -> Result<ToolChoice<'a>, Error> {
    let name = "tool_choice";
    match request.value(name) {
        None => Ok(ToolChoice::Auto),
        Some(Value::String(word)) if word == "auto" => Ok(ToolChoice::Auto),
        Some(Value::String(word)) if word == "none" => Ok(ToolChoice::None),
        Some(Value::String(word)) if word == "required" => Err(unbuilt::refuse(name)),
        Some(object @ Value::Object(_)) => {
            Ok(ToolChoice::Object(Fields::of(object, request.path(name), false)?))
        }
        Some(_) => Err(request.invalid(name, "\"none\", \"auto\", \"required\" or an object")),
    }
}

fn tool(item: &Value, path: String) -> Result<ToolDeclaration, Error> {
    let tool = Fields::of(item, path, false)?;
    match tool.string("type")? {
        Some("function") => {}
        Some(_) => return Err(tool.invalid("type", "\"function\"")),
        None => return Err(tool.missing("type", "\"function\"")),
    }
    let function = tool.object("function")?;
    let function = function.ok_or_else(|| tool.missing("function", "an object with a name"))?;
    let name = name(&function)?;
    function.string("description")?;
    if function.boolean("strict")? == Some(true) {
        return Err(unbuilt::refuse_at("tools[].function.strict", function.path("strict")));
    }
    let parameters = function.map("parameters")?.map_or(Value::Null, |map| Value::Object(map.clone()));
    if let Some(schema) = function.object("parameters")? {
        check_object_schema(&schema)?;
    }
    Ok(ToolDeclaration { name: name.to_owned(), parameters, declaration: declaration(item) })
}

fn declaration(item: &Value) -> Value {
    let mut declaration = item.clone();
    if let Some(function) = declaration.get_mut("function").and_then(Value::as_object_mut) {
        function.retain(|name, value| name != "strict" && !value.is_null());
    }
    declaration
}

/// Reads a tool's name.
pub(super) fn name<'a>(tool: &Fields<'a>) -> Result<&'a str, Error> {
    let name = tool.string("name")?.ok_or_else(|| tool.missing("name", "the tool's name"))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (1..=MAX_NAME_LEN).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(name);
    }
    Err(tool.invalid("name", format!("1 to {MAX_NAME_LEN} letters, digits, \"_\", \"-\" or \".\"")))
}

/// A schema of parameters describes an object. Only its outside is checked: what is inside is the model's to
/// read, until a grammar is made from it.
pub(super) fn check_object_schema(schema: &Fields) -> Result<(), Error> {
    let is_object = match schema.value("type") {
        None => true,
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(_) => false,
    };
    if !is_object {
        return Err(schema.invalid("type", "\"object\""));
    }
    if let Some(properties) = schema.object("properties")? {
        for name in properties.names() {
            if !matches!(properties.value(name), Some(Value::Object(_) | Value::Bool(_))) {
                return Err(properties.invalid(&body::shorten(name), "a JSON schema"));
            }
        }
    }
    let required = schema.array("required")?.unwrap_or_default();
    if required.iter().any(|name| !name.is_string()) {
        return Err(schema.invalid("required", "an array of property names"));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(request: Value) -> Result<Vec<ToolDeclaration>, Error> {
        tools(&Fields::root(request.as_object().unwrap()))
    }

    fn declare(function: Value) -> Value {
        json!({"tools": [{"type": "function", "function": function}]})
    }

    #[test]
    fn a_declaration_is_kept_as_sent() {
        let request = declare(json!({"name": "get.weather-1", "description": "d", "extra": 1,
            "parameters": {"$schema": "x", "type": "object", "properties": {"a": {"minimum": -9_007_199_254_740_991_i64}}, "required": ["a"]}}));
        let read = read(request.clone()).unwrap();
        assert_eq!(read[0].name, "get.weather-1");
        assert_eq!(read[0].declaration, request["tools"][0]);
        assert_eq!(read[0].parameters, request["tools"][0]["function"]["parameters"]);
    }

    #[test]
    fn a_declaration_whose_fields_say_nothing_is_one_without_them() {
        let plain = read(declare(json!({"name": "f"}))).unwrap();
        for strict in [json!(false), Value::Null] {
            let said = json!({"name": "f", "description": null, "parameters": null, "strict": strict});
            assert_eq!(read(declare(said)).unwrap(), plain);
        }
    }

    #[test]
    fn no_tools_and_any_neutral_choice_are_no_tools() {
        for request in [
            json!({}),
            json!({"tools": null, "tool_choice": null}),
            json!({"tools": [], "tool_choice": "auto"}),
        ] {
            assert_eq!(read(request).unwrap(), []);
        }
        let mut request = declare(json!({"name": "f"}));
        assert_eq!(read(request.clone()).unwrap()[0].parameters, Value::Null);
        request["tool_choice"] = json!("none");
        assert_eq!(read(request).unwrap(), []);
    }

    #[test]
    fn a_bad_declaration_is_named_with_its_place() {
        for (function, param) in [
            (json!({}), "tools[0].function.name"),
            (json!({"name": ""}), "tools[0].function.name"),
            (json!({"name": "a b"}), "tools[0].function.name"),
            (json!({"name": "a".repeat(129)}), "tools[0].function.name"),
            (json!({"name": "f", "description": 1}), "tools[0].function.description"),
            (json!({"name": "f", "strict": true}), "tools[0].function.strict"),
            (json!({"name": "f", "parameters": []}), "tools[0].function.parameters"),
            (json!({"name": "f", "parameters": {"type": "array"}}), "tools[0].function.parameters.type"),
            (
                json!({"name": "f", "parameters": {"properties": []}}),
                "tools[0].function.parameters.properties",
            ),
            (
                json!({"name": "f", "parameters": {"properties": {"a": 1}}}),
                "tools[0].function.parameters.properties.a",
            ),
            (json!({"name": "f", "parameters": {"required": [1]}}), "tools[0].function.parameters.required"),
        ] {
            assert_eq!(read(declare(function)).unwrap_err().face().param, Some(param));
        }
        for (request, param) in [
            (json!({"tools": {}}), "tools"),
            (json!({"tools": [1]}), "tools[0]"),
            (json!({"tools": [{"function": {}}]}), "tools[0].type"),
            (json!({"tools": [{"type": "web_search"}]}), "tools[0].type"),
            (json!({"tool_choice": "maybe"}), "tool_choice"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"tool_choice": {"type": "function", "function": {"name": "f"}}}), "tool_choice"),
            (json!({"tool_choice": 1}), "tool_choice"),
        ] {
            assert_eq!(read(request).unwrap_err().face().param, Some(param));
        }
    }
}
