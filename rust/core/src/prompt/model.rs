//! The model a server offers: a checkpoint and the names it goes by.

use super::{Checkpoint, Fit, LoadError, Policy, Reader, Shape, Source, WantedFormats, markers};
use crate::formats::{Evidence, ReasoningFormat, ToolFormat, Wanted, described};
use crate::wire::{Error, shorten};

/// A served model. Never changed after loading; safe to share.
#[derive(Debug)]
pub struct Model {
    names: Vec<String>,
    checkpoint: Checkpoint,
    fit: Fit,
    shapes: Shapes,
    /// What the template writes as tokens that the tokenizer lacks.
    missing_markers: Vec<String>,
    policy: Policy,
}

/// How conversations are given to the checkpoint's templates.
#[derive(Debug)]
pub struct Shapes {
    /// To the one for every request.
    pub chat: Shape,
    /// To the one for requests with tools; where there is none, as to the other.
    pub tools: Shape,
}

impl Model {
    /// Loads a checkpoint and names it; the first name is the one replies carry when the client sends none.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with the file that is missing or wrong, or when there is no name.
    pub fn load(source: &Source, names: Vec<String>) -> Result<Self, LoadError> {
        if names.iter().all(String::is_empty) {
            return Err(LoadError::new("served names", "at least one is required"));
        }
        let checkpoint = Checkpoint::load(source)?;
        let (fit, shapes) = fitted(&checkpoint, source.formats);
        let missing_markers = checkpoint.templates.as_ref().map_or_else(Vec::new, |templates| {
            let is_token = |marker: &str| checkpoint.tokenizer.id_of(marker).is_some();
            markers::missing(&templates.chat, &shapes.chat, is_token)
        });
        Ok(Self { names, checkpoint, fit, shapes, missing_markers, policy: Policy::default() })
    }

    /// The same model under other settings.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// What the operator decides about every request.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The names it is served under, at least one.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What its folder says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// How the model marks its reasoning and calls tools, and what decided it.
    #[must_use]
    pub fn formats(&self) -> &Fit {
        &self.fit
    }

    /// What the operator should know and can do.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let formats = [&self.fit.tool.warning, &self.fit.reasoning.warning];
        let markers = self.missing_markers.iter().map(|marker| {
            format!(
                "the chat template writes {marker}, which is no token of this tokenizer: it is read as text"
            )
        });
        formats.into_iter().flatten().cloned().chain(markers).collect()
    }

    /// What its templates are given.
    #[must_use]
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// What begins the model's turn in a prompt, where its format says it.
    #[must_use]
    pub fn turn(&self) -> Option<&'static str> {
        turn(self.fit.reasoning.format, self.fit.tool.format)
    }

    /// The name a reply carries: the one asked for, if it is served.
    ///
    /// # Errors
    ///
    /// [`Error::ModelNotFound`].
    pub fn name(&self, asked: Option<&str>) -> Result<&str, Error> {
        let found = match asked {
            None => self.names.first(),
            Some(asked) => self.names.iter().find(|name| *name == asked),
        };
        found.map(String::as_str).ok_or_else(|| Error::ModelNotFound {
            model: shorten(asked.unwrap_or_default()),
            served: quoted(&self.names),
        })
    }
}

/// The formats of the template that shows calls, and what each template is given.
fn fitted(checkpoint: &Checkpoint, wanted: WantedFormats) -> (Fit, Shapes) {
    let templates = checkpoint.templates.as_ref();
    let special_tokens = checkpoint.tokenizer.special_tokens();
    let metadata: Option<serde_json::Value> = serde_json::from_str(&checkpoint.response_template).ok();
    let evidence = Evidence {
        template: templates.map_or("", |templates| &templates.source),
        metadata: &checkpoint.response_template,
        described: metadata.and_then(|metadata| described(&metadata).ok()),
        special_tokens: &special_tokens,
    };
    let reader = Reader::Tokenizer(&checkpoint.tokenizer);
    let shown = templates.map(|templates| templates.tools.as_ref().unwrap_or(&templates.chat));
    let fit = Fit::new(shown, &evidence, wanted, reader);
    let chat = match templates {
        Some(templates) if templates.tools.is_some() => {
            let known = WantedFormats {
                tool: fit.tool.format.map_or(Wanted::Off, Wanted::Named),
                reasoning: fit.reasoning.format.map_or(Wanted::Off, Wanted::Named),
            };
            Fit::new(Some(&templates.chat), &evidence, known, reader).shape
        }
        Some(_) | None => fit.shape.clone(),
    };
    let shapes = Shapes { chat, tools: fit.shape.clone() };
    (fit, shapes)
}

/// What begins the model's turn in a prompt, where one of its formats says it.
pub(super) fn turn(
    reasoning: Option<&'static ReasoningFormat>,
    tool: Option<&'static ToolFormat>,
) -> Option<&'static str> {
    let format = tool.or(reasoning.and_then(|format| format.channels))?;
    format.channels.map(|channels| channels.turn)
}

/// `"a", "b"`
#[must_use]
pub fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
