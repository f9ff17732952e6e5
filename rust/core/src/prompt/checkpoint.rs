//! What a Hugging Face folder says about talking to its model: template, special tokens, stop ids, sampling
//! defaults, context.
//!
//! ```text
//!  config.json             context, vocabulary, stop ids      required
//!  tokenizer.json          the tokenizer                      required, or tekken.json, tiktoken.model, qwen.tiktoken
//!  generation_config.json  stop ids, sampling defaults
//!  tokenizer_config.json   special tokens, template
//!  chat_template.jinja, chat_template.json                    in place of tokenizer_config's template
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Defaults, LoadError, Template, Tokenizer, WantedFormats, context};

/// Where a checkpoint is, and what replaces parts of it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The checkpoint's folder.
    pub folder: PathBuf,
    /// Another folder, or a tokenizer's file, to take the tokenizer and its template from.
    pub tokenizer: Option<PathBuf>,
    /// The template's text, in place of the checkpoint's own.
    pub chat_template: Option<String>,
    /// Tokens of context, at most what the config allows.
    pub max_model_len: Option<usize>,
    /// The formats that replies are read in.
    pub formats: WantedFormats,
}

/// A checkpoint, as far as the server needs it.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its tokenizer.
    pub tokenizer: Arc<Tokenizer>,
    /// Its templates; `None` for a model that was not made to chat.
    pub templates: Option<Templates>,
    /// What `tokenizer_config.json` says of replies (`response_template`, `response_schema`), as text.
    pub response_template: String,
    /// The ids that end a turn: config's, `generation_config`'s and the tokenizer's, in order, each once.
    pub stop_ids: Vec<u32>,
    /// What `generation_config.json` sets.
    pub defaults: Defaults,
    /// Tokens of prompt and reply together.
    pub max_model_len: usize,
    /// Rows of the model's vocabulary; token ids are below.
    pub vocab_size: usize,
}

/// A checkpoint's chat template, and the one it may have for requests with tools.
#[derive(Debug)]
pub struct Templates {
    /// The template for every request.
    pub chat: Template,
    /// The template for requests with tools, where there is another.
    pub tools: Option<Template>,
    /// The text of the one that shows tool calls, to choose the reply's format by.
    pub source: String,
}

impl Checkpoint {
    /// Reads a checkpoint's folder.
    ///
    /// # Errors
    ///
    /// [`LoadError`] with the first file that is missing or wrong.
    pub fn load(source: &Source) -> Result<Self, LoadError> {
        let config_path = source.folder.join("config.json");
        let config =
            read_json(&config_path)?.ok_or_else(|| LoadError::new(config_path.display(), "no such file"))?;
        let generation_path = source.folder.join("generation_config.json");
        let generation = read_json(&generation_path)?.unwrap_or_default();

        let (tokenizer_path, tokenizer_folder) = tokenizer_paths(source);
        let tokenizer = Tokenizer::from_file(&tokenizer_path)?;
        let mut tokenizer_config =
            read_json(&tokenizer_folder.join("tokenizer_config.json"))?.unwrap_or_default();
        let tokens = special_tokens(&tokenizer_folder, &mut tokenizer_config)?;
        let templates = templates(source, &tokenizer_folder, &tokenizer_config, &tokens)?;

        let text_config = context::text_config(&config);
        let vocab_size = whole(text_config.get("vocab_size")).unwrap_or_else(|| tokenizer.vocab_size());
        let allowed = context::max_model_len(text_config).map_err(wrong(&config_path))?;
        let max_model_len = source.max_model_len.unwrap_or(allowed);
        if max_model_len > allowed || max_model_len == 0 {
            let reason =
                format!("its context is {allowed} tokens, so max_model_len cannot be {max_model_len}");
            return Err(LoadError::new(config_path.display(), reason));
        }
        let mut stop_ids = BTreeSet::new();
        stop_ids.extend(eos_ids(text_config).map_err(wrong(&config_path))?);
        stop_ids.extend(eos_ids(&config).map_err(wrong(&config_path))?);
        stop_ids.extend(eos_ids(&generation).map_err(wrong(&generation_path))?);
        stop_ids.extend(tokens.get("eos_token").and_then(Value::as_str).and_then(|eos| tokenizer.id_of(eos)));
        Ok(Self {
            defaults: Defaults::read(&generation).map_err(wrong(&generation_path))?,
            stop_ids: stop_ids.into_iter().collect(),
            tokenizer: Arc::new(tokenizer),
            templates,
            response_template: ["response_template", "response_schema"]
                .iter()
                .find_map(|name| tokenizer_config.get(*name).map(Value::to_string))
                .unwrap_or_default(),
            max_model_len,
            vocab_size,
        })
    }
}

/// What is wrong with a file's content.
fn wrong(path: &Path) -> impl Fn(String) -> LoadError {
    move |reason| LoadError::new(path.display(), reason)
}

/// The tokenizer's file and the folder with its configuration.
fn tokenizer_paths(source: &Source) -> (PathBuf, PathBuf) {
    match &source.tokenizer {
        Some(path) if path.is_file() => {
            (path.clone(), path.parent().map_or_else(PathBuf::new, Path::to_path_buf))
        }
        Some(folder) => (Tokenizer::file_in(folder), folder.clone()),
        None => (Tokenizer::file_in(&source.folder), source.folder.clone()),
    }
}

/// A JSON object from a file; `None` when there is no such file.
fn read_json(path: &Path) -> Result<Option<Map<String, Value>>, LoadError> {
    let Some(text) = read_text(path)? else {
        return Ok(None);
    };
    serde_json::from_str(&text).map(Some).map_err(|error| LoadError::new(path.display(), error))
}

fn read_text(path: &Path) -> Result<Option<String>, LoadError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LoadError::new(path.display(), error)),
    }
}

/// The tokens a template may name, each as text.
fn special_tokens(folder: &Path, config: &mut Map<String, Value>) -> Result<Map<String, Value>, LoadError> {
    const NAMES: [&str; 7] =
        ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];
    let map = read_json(&folder.join("special_tokens_map.json"))?.unwrap_or_default();
    let text = |value: &Value| value.as_str().or_else(|| value.get("content")?.as_str()).map(Value::from);
    let token = |name: &str| config.get(name).or_else(|| map.get(name)).and_then(text);
    Ok(NAMES.iter().filter_map(|name| Some(((*name).to_owned(), token(name)?))).collect())
}

/// The templates: the operator's text, the folder's files, or `tokenizer_config`'s.
fn templates(
    source: &Source,
    folder: &Path,
    config: &Map<String, Value>,
    tokens: &Map<String, Value>,
) -> Result<Option<Templates>, LoadError> {
    let config_path = folder.join("tokenizer_config.json");
    let (chat, tools, file) = if let Some(text) = &source.chat_template {
        (Some(text.clone()), None, "the chat template given".to_owned())
    } else if let Some(text) = read_text(&folder.join("chat_template.jinja"))? {
        (Some(text), None, folder.join("chat_template.jinja").display().to_string())
    } else {
        let path = folder.join("chat_template.json");
        let json = read_json(&path)?;
        let path = if json.is_some() { path } else { config_path };
        let value = json.as_ref().unwrap_or(config).get("chat_template");
        (named(value, "default"), named(value, "tool_use"), path.display().to_string())
    };
    let compile =
        |text: &String| Template::new(text, tokens.clone()).map_err(|reason| LoadError::new(&file, reason));
    let Some(text) = chat.as_ref().or(tools.as_ref()) else {
        return Ok(None);
    };
    Ok(Some(Templates {
        chat: compile(text)?,
        tools: tools.as_ref().map(compile).transpose()?,
        source: tools.as_ref().unwrap_or(text).clone(),
    }))
}

/// A template by its name: one text is the default, and a list has `{name, template}` pairs.
fn named(value: Option<&Value>, name: &str) -> Option<String> {
    match value? {
        Value::String(text) => (name == "default").then(|| text.clone()),
        Value::Array(items) => {
            let item = items.iter().find(|item| item.get("name").is_some_and(|given| given == name))?;
            item.get("template")?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// `eos_token_id`: one id, a list of ids, or none.
fn eos_ids(config: &Map<String, Value>) -> Result<Vec<u32>, String> {
    let wrong = || "\"eos_token_id\" must be a token id or a list of them".to_owned();
    let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok()).ok_or_else(wrong);
    match config.get("eos_token_id") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(ids)) => ids.iter().map(id).collect(),
        Some(one) => Ok(vec![id(one)?]),
    }
}

fn whole(value: Option<&Value>) -> Option<usize> {
    usize::try_from(value?.as_u64()?).ok()
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;
