//! Vocabularies that come as ranks: each token's bytes, in the order in which pairs are merged.
//!
//! ```text
//!  tiktoken.model   a line per token, "<base64> <rank>"; special tokens in tokenizer_config.json
//!  qwen.tiktoken    the same lines, and known special tokens
//!  tekken.json      {"config", "vocab": [{"rank", "token_bytes"}], "special_tokens"}; those come first
//! ```
//!
//! The `tokenizers` library merges pairs of tokens, so the pairs are read off the ranks: two tokens merge if
//! together they are a token, and the lower its rank, the sooner.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;
use tokenizers::models::bpe::{BPE, Vocab};
use tokenizers::normalizers::unicode::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, SplitDelimiterBehavior};

use super::alphabet::byte_of;

/// A family's file of `tiktoken` lines. What the file does not say is here: the code beside it that says it is
/// never run.
pub(super) struct Tiktoken {
    /// The file's name in a checkpoint's folder.
    pub(super) file: &'static str,
    /// Splits text into words.
    pattern: &'static str,
    /// Whether text is composed (NFC) before it is split.
    composes: bool,
    /// The special tokens after the others, from this id on, before `tokenizer_config.json` names its own.
    special: fn(u32) -> Vec<String>,
}

/// The families whose vocabulary is such a file.
pub(super) const TIKTOKEN: [Tiktoken; 2] = [
    Tiktoken {
        file: "tiktoken.model",
        pattern: r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        composes: false,
        special: |first| (first..first + 256).map(|id| format!("<|reserved_token_{id}|>")).collect(),
    },
    Tiktoken {
        file: "qwen.tiktoken",
        pattern: r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        composes: true,
        special: |_| {
            let named = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(str::to_owned);
            named.into_iter().chain((0..205).map(|number| format!("<|extra_{number}|>"))).collect()
        },
    },
];

/// The special tokens of a `tekken.json` that does not list its own (before v11), by id.
const TEKKEN_SPECIAL_TOKENS: [&str; 20] = [
    "<unk>",
    "<s>",
    "</s>",
    "[INST]",
    "[/INST]",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[TOOL_CALLS]",
    "[IMG]",
    "<pad>",
    "[IMG_BREAK]",
    "[IMG_END]",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "[SYSTEM_PROMPT]",
    "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
];

/// A vocabulary, before it is a tokenizer.
struct Ranks {
    /// Bytes of each token, by rank.
    tokens: Vec<Vec<u8>>,
    /// The id of the token of rank 0.
    first_id: u32,
    /// Splits text into words.
    pattern: String,
    /// Whether text is composed (NFC) before it is split.
    composes: bool,
    /// Markers: id, text, and whether it is declared special.
    added: Vec<(u32, String, bool)>,
}

/// Reads such a file's lines; `config` is the `tokenizer_config.json` beside it.
pub(super) fn tiktoken(
    family: &Tiktoken,
    lines: &str,
    config: &Value,
) -> Result<tokenizers::Tokenizer, String> {
    let mut tokens = Vec::new();
    for (number, line) in lines.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let wrong = || format!("line {}: expected \"<base64> {}\"", number + 1, tokens.len());
        let (token, rank) = line.split_once(' ').ok_or_else(wrong)?;
        if rank.parse() != Ok(tokens.len()) {
            return Err(wrong());
        }
        let bytes = base64::decode(token).map_err(|_| wrong())?;
        tokens.push(bytes);
    }
    let first = id_of(tokens.len())?;
    let special = (first..).zip((family.special)(first));
    let mut added: BTreeMap<u32, (String, bool)> = special.map(|(id, text)| (id, (text, true))).collect();
    for (id, token) in config.get("added_tokens_decoder").and_then(Value::as_object).into_iter().flatten() {
        let content = token.get("content").and_then(Value::as_str);
        let (Ok(id), Some(content)) = (id.parse(), content) else {
            return Err("\"added_tokens_decoder\" must map ids to tokens with a \"content\"".to_owned());
        };
        let special = token.get("special").and_then(Value::as_bool).unwrap_or(false);
        added.insert(id, (content.to_owned(), special));
    }
    let added = added.into_iter().map(|(id, (content, special))| (id, content, special)).collect();
    let Tiktoken { pattern, composes, .. } = family;
    Ranks { tokens, first_id: 0, pattern: (*pattern).to_owned(), composes: *composes, added }.tokenizer()
}

#[derive(Deserialize)]
struct Tekken {
    config: TekkenConfig,
    vocab: Vec<TekkenToken>,
    special_tokens: Option<Vec<TekkenSpecial>>,
}

#[derive(Deserialize)]
struct TekkenConfig {
    pattern: String,
    default_vocab_size: usize,
    default_num_special_tokens: usize,
}

#[derive(Deserialize)]
struct TekkenToken {
    rank: usize,
    token_bytes: String,
}

#[derive(Deserialize)]
struct TekkenSpecial {
    rank: u32,
    token_str: String,
}

/// Reads a `tekken.json`, Mistral's own.
pub(super) fn tekken(json: &[u8]) -> Result<tokenizers::Tokenizer, String> {
    let Tekken { config, mut vocab, special_tokens } =
        serde_json::from_slice(json).map_err(|error| format!("cannot be used as a tokenizer: {error}"))?;
    let num_special = config.default_num_special_tokens;
    vocab.truncate(config.default_vocab_size.saturating_sub(num_special));
    let mut tokens = Vec::with_capacity(vocab.len());
    for TekkenToken { rank, token_bytes } in vocab {
        let bytes = base64::decode(&token_bytes).ok().filter(|_| rank == tokens.len());
        tokens.push(bytes.ok_or_else(|| format!("\"vocab\" must list tokens by rank, got {rank}"))?);
    }
    let listed = special_tokens.unwrap_or_else(|| {
        let known = (0..).zip(TEKKEN_SPECIAL_TOKENS);
        known.map(|(rank, text)| TekkenSpecial { rank, token_str: text.to_owned() }).collect()
    });
    let first_id = id_of(num_special)?;
    let fillers = (id_of(listed.len())?..first_id).map(|id| (id, format!("<SPECIAL_{id}>"), true));
    let added = listed.into_iter().map(|token| (token.rank, token.token_str, true)).chain(fillers).collect();
    Ranks { tokens, first_id, pattern: config.pattern, composes: false, added }.tokenizer()
}

impl Ranks {
    fn tokenizer(self) -> Result<tokenizers::Tokenizer, String> {
        let failed = |error: tokenizers::Error| format!("cannot be used as a tokenizer: {error}");
        let letters = letters();
        let spell = |token: &Vec<u8>| token.iter().map(|byte| letters[usize::from(*byte)]).collect();
        let spelled: Vec<String> = self.tokens.iter().map(spell).collect();
        let mut vocab = Vocab::default();
        for (text, rank) in spelled.iter().zip(0_usize..) {
            vocab.insert(text.clone(), self.first_id + id_of(rank)?);
        }
        vocab.extend(self.added.iter().map(|(id, text, _)| (text.clone(), *id)));
        let model = BPE::builder().vocab_and_merges(vocab, self.merges(&spelled)).ignore_merges(true);
        let mut tokenizer = tokenizers::Tokenizer::new(model.build().map_err(failed)?);
        if self.composes {
            tokenizer.with_normalizer(Some(NFC));
        }
        let words = Split::new(SplitPattern::Regex(self.pattern), SplitDelimiterBehavior::Isolated, false);
        let bytes = ByteLevel::new(false, true, false);
        tokenizer.with_pre_tokenizer(Some(Sequence::new(vec![words.map_err(failed)?.into(), bytes.into()])));
        tokenizer.with_decoder(Some(bytes));
        let added = self.added.into_iter().map(|(_, text, special)| AddedToken::from(text, special));
        let (special, plain): (Vec<_>, Vec<_>) = added.partition(|token| token.special);
        tokenizer.add_special_tokens(&special);
        tokenizer.add_tokens(&plain);
        Ok(tokenizer)
    }

    /// Every pair of tokens that together are one, in the order of that one's rank.
    fn merges(&self, spelled: &[String]) -> Vec<(String, String)> {
        let ranks: HashMap<&[u8], usize> =
            self.tokens.iter().enumerate().map(|(rank, token)| (token.as_slice(), rank)).collect();
        let mut merges = Vec::new();
        for token in &self.tokens {
            let halves = (1..token.len()).map(|at| token.split_at(at));
            let ranked = halves.filter_map(|(left, right)| Some((*ranks.get(left)?, *ranks.get(right)?)));
            let mut pairs: Vec<(usize, usize)> = ranked.collect();
            pairs.sort_unstable();
            merges
                .extend(pairs.iter().map(|(left, right)| (spelled[*left].clone(), spelled[*right].clone())));
        }
        merges
    }
}

/// The character of GPT-2's alphabet for every byte.
fn letters() -> [char; 256] {
    let mut letters = ['\0'; 256];
    for letter in (0..=0x143).filter_map(char::from_u32) {
        if let Some(byte) = byte_of(letter) {
            letters[usize::from(byte)] = letter;
        }
    }
    letters
}

fn id_of(rank: usize) -> Result<u32, String> {
    u32::try_from(rank).map_err(|error| error.to_string())
}
