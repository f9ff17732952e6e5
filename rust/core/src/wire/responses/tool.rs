//! The tools of a request, whatever their kind: what can be offered as a function is, the rest is named.
//!
//! ```text
//!  function   -> itself
//!  custom     -> a function whose one argument, input, is the text
//!  namespace  -> each of its tools, as NAMESPACE__NAME
//!  any other  -> skipped: the client hears it in a header, the model in a note
//! ```

use serde_json::{Map, Value, json};

use super::ToolFace;
use crate::wire::fields::Fields;
use crate::wire::tool::{check_object_schema, name};
use crate::wire::{Error, Ignored, ToolDeclaration};

/// A tool that the model is offered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offered {
    pub(super) face: ToolFace,
    pub(super) declaration: ToolDeclaration,
}

/// The tools of one list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tools {
    pub(super) offered: Vec<Offered>,
    /// What the others are called, for the note.
    pub(super) skipped: Vec<String>,
    /// Those that are offered, as the response tells them.
    pub(super) echo: Vec<Value>,
}

/// The name that the model knows a tool of a namespace by.
pub(super) fn function_name(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}__{name}"))
}

impl Tools {
    /// Reads a list of tools, which stands at `path`.
    pub(super) fn read(items: &[Value], path: &str, ignored: &mut Ignored) -> Result<Self, Error> {
        let mut tools = Self::default();
        for (index, item) in items.iter().enumerate() {
            let fields = Fields::of(item, format!("{path}[{index}]"), false)?;
            tools.add(&fields, ignored)?;
        }
        Ok(tools)
    }

    /// Adds the tools of another list; of two of one name, the first counts.
    pub(super) fn extend(&mut self, others: &Self) {
        for tool in &others.offered {
            if self.offered.iter().all(|known| known.face.function != tool.face.function) {
                self.offered.push(tool.clone());
            }
        }
        for name in &others.skipped {
            if !self.skipped.contains(name) {
                self.skipped.push(name.clone());
            }
        }
    }

    fn add(&mut self, fields: &Fields, ignored: &mut Ignored) -> Result<(), Error> {
        let kind = match fields.string("type")? {
            Some(kind) => kind,
            None if fields.has("name") || fields.has("function") => "function",
            None => return Err(fields.missing("type", "a tool's type, such as \"function\"")),
        };
        match kind {
            "function" => self.offered.push(function(fields, None, ignored)?),
            "custom" => self.offered.push(custom(fields, None)?),
            "namespace" => self.namespace(fields, ignored)?,
            other => {
                ignored.push(format!("{}={other}", fields.path("type")));
                self.skipped.push(other.to_owned());
                return Ok(());
            }
        }
        self.echo.push(echo(fields.map_of(), kind));
        Ok(())
    }

    fn namespace(&mut self, fields: &Fields, ignored: &mut Ignored) -> Result<(), Error> {
        let namespace = name(fields)?;
        let description = fields.string("description")?.unwrap_or_default();
        let path = fields.path("tools");
        let first = self.offered.len();
        for (index, item) in fields.array("tools")?.unwrap_or_default().iter().enumerate() {
            let tool = Fields::of(item, format!("{path}[{index}]"), false)?;
            match tool.string("type")? {
                Some("function") | None => self.offered.push(function(&tool, Some(namespace), ignored)?),
                Some("custom") => self.offered.push(custom(&tool, Some(namespace))?),
                Some(other) => {
                    ignored.push(format!("{}={other}", tool.path("type")));
                    self.skipped.push(other.to_owned());
                }
            }
        }
        if let (Some(tool), false) = (self.offered.get_mut(first), description.is_empty()) {
            // Templates know no namespaces: what one is for is told once, with its first tool.
            let function = &mut tool.declaration.declaration["function"];
            let own = function["description"].as_str().unwrap_or_default();
            let told = format!("{own}\n\n{namespace}: {description}");
            function["description"] = json!(told.trim_start());
        }
        Ok(())
    }
}

/// A function, flat as Responses has it or nested as chat has.
fn function(tool: &Fields, namespace: Option<&str>, ignored: &mut Ignored) -> Result<Offered, Error> {
    let nested = tool.object("function")?;
    let fields = nested.as_ref().unwrap_or(tool);
    let name = name(fields)?;
    let description = fields.string("description")?;
    if fields.boolean("strict")? == Some(true) {
        ignored.push(fields.path("strict"));
    }
    if let Some(schema) = fields.object("parameters")? {
        check_object_schema(&schema)?;
    }
    let parameters = fields.value("parameters").cloned().unwrap_or_default();
    Ok(offered(namespace, name, description, parameters, false))
}

/// A tool of free text. What its grammar says, the model is told in words: nothing holds it to that.
fn custom(fields: &Fields, namespace: Option<&str>) -> Result<Offered, Error> {
    let name = name(fields)?;
    let mut description = fields.string("description")?.unwrap_or_default().to_owned();
    if let Some(format) = fields.object("format")?
        && let Some(grammar) = format.string("definition")?
    {
        let syntax = format.string("syntax")?.unwrap_or("this");
        description = format!("{description}\n\nThe input follows this {syntax} grammar:\n{grammar}");
    }
    let parameters = json!({
        "type": "object",
        "properties": {"input": {"type": "string", "description": "The tool's input, as plain text."}},
        "required": ["input"],
    });
    let description = Some(description.trim_start()).filter(|text| !text.is_empty());
    Ok(offered(namespace, name, description, parameters, true))
}

fn offered(
    namespace: Option<&str>,
    name: &str,
    description: Option<&str>,
    parameters: Value,
    custom: bool,
) -> Offered {
    let function = function_name(namespace, name);
    let mut told = Map::new();
    told.insert("name".to_owned(), json!(function));
    told.extend(description.map(|text| ("description".to_owned(), json!(text))));
    if !parameters.is_null() {
        told.insert("parameters".to_owned(), parameters.clone());
    }
    let declaration = json!({"type": "function", "function": told});
    Offered {
        declaration: ToolDeclaration { name: function.clone(), parameters, declaration },
        face: ToolFace { function, name: name.to_owned(), namespace: namespace.map(str::to_owned), custom },
    }
}

/// A function and a namespace are told with all the fields that clients' types want; the others as they were sent.
fn echo(sent: &Map<String, Value>, kind: &str) -> Value {
    let nested = sent.get("function").and_then(Value::as_object);
    let mut echo = nested.unwrap_or(sent).clone();
    echo.shift_insert(0, "type".to_owned(), json!(kind));
    let full: &[(&str, Value)] = match kind {
        "function" => &["description", "parameters", "strict"].map(|name| (name, Value::Null)),
        "namespace" => &[("description", json!("")), ("tools", json!([]))],
        _ => &[],
    };
    for (name, empty) in full {
        echo.entry(*name).or_insert_with(|| empty.clone());
    }
    Value::Object(echo)
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "`json!` reads best as an argument")]
mod tests {
    use super::*;

    fn read(items: Value) -> Result<(Tools, Vec<String>), Error> {
        let mut ignored = Ignored::default();
        let tools = Tools::read(items.as_array().unwrap(), "tools", &mut ignored)?;
        Ok((tools, ignored.into_names()))
    }

    fn declared(tools: &Tools) -> Vec<&Value> {
        tools.offered.iter().map(|tool| &tool.declaration.declaration["function"]).collect()
    }

    #[test]
    fn a_function_is_declared_as_chat_declares_it_however_it_was_sent() {
        let flat = json!({"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"},
            "strict": true, "defer_loading": true});
        let nested = json!({"type": "function", "function": {"name": "f", "description": "d",
            "parameters": {"type": "object"}, "strict": false}});
        let declared = json!({"type": "function", "function": {"name": "f", "description": "d",
            "parameters": {"type": "object"}}});
        for (sent, names) in [(flat.clone(), vec!["tools[0].strict"]), (nested, vec![])] {
            let (tools, ignored) = read(json!([sent])).unwrap();
            assert_eq!(tools.offered[0].declaration.declaration, declared);
            assert_eq!(ignored, names);
        }
        let (tools, _) = read(json!([flat, {"type": "function", "name": "g", "parameters": null}])).unwrap();
        assert_eq!(tools.echo[0], flat, "as it was sent");
        let bare =
            json!({"type": "function", "name": "g", "parameters": null, "description": null, "strict": null});
        assert_eq!(tools.echo[1], bare);
    }

    #[test]
    fn custom_and_namespaced_tools_become_functions_that_know_their_own_shape() {
        let (tools, ignored) = read(json!([
            {"type": "custom", "name": "apply_patch", "description": "Edits files.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: /x/"}},
            {"type": "namespace", "name": "agents", "description": "Helpers.", "tools": [
                {"type": "function", "name": "spawn", "description": "Begins one.", "parameters": {"type": "object"}},
                {"type": "custom", "name": "say"}]},
        ]))
        .unwrap();
        assert!(ignored.is_empty());
        let faces: Vec<_> = tools
            .offered
            .iter()
            .map(|tool| {
                let ToolFace { function, name, namespace, custom } = &tool.face;
                (function.as_str(), name.as_str(), namespace.as_deref(), *custom)
            })
            .collect();
        assert_eq!(
            faces,
            [
                ("apply_patch", "apply_patch", None, true),
                ("agents__spawn", "spawn", Some("agents"), false),
                ("agents__say", "say", Some("agents"), true),
            ]
        );
        let declared = declared(&tools);
        assert_eq!(
            declared[0]["description"],
            "Edits files.\n\nThe input follows this lark grammar:\nstart: /x/"
        );
        assert_eq!(declared[0]["parameters"]["required"], json!(["input"]));
        assert_eq!(declared[1]["description"], "Begins one.\n\nagents: Helpers.");
    }

    #[test]
    fn a_tool_that_cannot_be_offered_is_named_and_never_refused() {
        let hosted = [
            "web_search",
            "web_search_preview",
            "file_search",
            "mcp",
            "code_interpreter",
            "computer",
            "image_generation",
            "local_shell",
            "shell",
            "apply_patch",
            "tool_search",
            "hologram",
        ];
        let sent: Value = hosted.iter().map(|kind| json!({"type": kind, "name": 7, "x": {}})).collect();
        let (tools, ignored) = read(sent).unwrap();
        assert_eq!(tools.skipped, hosted);
        assert_eq!(ignored[0], "tools[0].type=web_search");
        assert!(tools.offered.is_empty() && tools.echo.is_empty());
    }

    #[test]
    fn a_bad_declaration_is_named_with_its_place() {
        for (tool, param) in [
            (json!(1), "tools[0]"),
            (json!({"type": 1}), "tools[0].type"),
            (json!({}), "tools[0].type"),
            (json!({"type": "function"}), "tools[0].name"),
            (json!({"type": "function", "name": "a b"}), "tools[0].name"),
            (json!({"type": "function", "function": {}}), "tools[0].function.name"),
            (json!({"type": "function", "name": "f", "parameters": []}), "tools[0].parameters"),
            (
                json!({"type": "function", "name": "f", "parameters": {"type": "array"}}),
                "tools[0].parameters.type",
            ),
            (json!({"type": "custom"}), "tools[0].name"),
            (
                json!({"type": "namespace", "name": "n", "tools": [{"type": "function"}]}),
                "tools[0].tools[0].name",
            ),
        ] {
            assert_eq!(read(json!([tool])).unwrap_err().face().param, Some(param));
        }
    }
}
