//! `tool_choice`: whether tools may be called, and which.

use serde_json::{Value, json};

use super::ToolFace;
use super::tool::Tools;
use crate::wire::fields::Fields;
use crate::wire::tool::{ToolChoice, tool_choice};
use crate::wire::{Error, Ignored, unbuilt};

/// Which of the tools the model is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    All,
    None,
    /// Only these: no other is shown to the model.
    Allowed(Vec<Allowed>),
}

/// A tool, as the client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    name: String,
    namespace: Option<String>,
}

/// Reads the field.
pub(super) fn choice(request: &Fields, ignored: &mut Ignored) -> Result<Choice, Error> {
    match tool_choice(request)? {
        ToolChoice::Auto => Ok(Choice::All),
        ToolChoice::None => Ok(Choice::None),
        ToolChoice::Object(choice) => object(&choice, ignored),
    }
}

fn object(choice: &Fields, ignored: &mut Ignored) -> Result<Choice, Error> {
    let kind = choice.string("type")?.ok_or_else(|| choice.missing("type", "such as \"allowed_tools\""))?;
    match kind {
        "function" | "custom" => Err(unbuilt::refuse("tool_choice")),
        "allowed_tools" => allowed(choice),
        other => {
            ignored.push(format!("{}={other}", choice.path("type")));
            Ok(Choice::All)
        }
    }
}

fn allowed(choice: &Fields) -> Result<Choice, Error> {
    let nested = choice.object("allowed_tools")?;
    let choice = nested.as_ref().unwrap_or(choice);
    match choice.string("mode")? {
        None | Some("auto") => {}
        Some("none") => return Ok(Choice::None),
        Some("required") => return Err(unbuilt::refuse_at("tool_choice", choice.path("mode"))),
        Some(_) => return Err(choice.invalid("mode", "\"auto\" or \"required\"")),
    }
    let items = choice.array("tools")?.ok_or_else(|| choice.missing("tools", "an array of tools"))?;
    let path = choice.path("tools");
    let read = |(index, item)| {
        let tool = Fields::of(item, format!("{path}[{index}]"), false)?;
        // Tools that are not functions have no name, and are not offered anyway.
        let (function, namespace) = (tool.object("function")?, tool.string("namespace")?);
        let name = function.as_ref().unwrap_or(&tool).string("name")?.unwrap_or_default();
        Ok(Allowed { name: name.to_owned(), namespace: namespace.map(str::to_owned) })
    };
    Ok(Choice::Allowed(items.iter().enumerate().map(read).collect::<Result<_, Error>>()?))
}

impl Choice {
    /// Leaves the tools that may be called.
    pub(super) fn keep(&self, tools: &mut Tools) {
        match self {
            Self::All => {}
            Self::None => tools.offered.clear(),
            Self::Allowed(allowed) => {
                tools.offered.retain(|tool| allowed.iter().any(|allowed| allowed.is(&tool.face)));
            }
        }
    }

    /// The field as the response tells it.
    pub(super) fn echo(&self, request: &Fields) -> Value {
        let mut echo = request.value("tool_choice").cloned().unwrap_or_else(|| json!("auto"));
        if let (Self::Allowed(_), Some(fields)) = (self, echo.as_object_mut()) {
            if let Some(Value::Object(nested)) = fields.shift_remove("allowed_tools") {
                fields.extend(nested);
            }
            fields.entry("mode").or_insert_with(|| json!("auto"));
        }
        echo
    }
}

impl Allowed {
    /// A namespace allows all its tools.
    fn is(&self, face: &ToolFace) -> bool {
        let whole = face.namespace.as_ref() == Some(&self.name) && self.namespace.is_none();
        whole || (self.name == face.name && (self.namespace.is_none() || self.namespace == face.namespace))
    }
}
