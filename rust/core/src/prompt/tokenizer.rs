//! Text -> token ids, and the exact bytes of every token id.
//!
//! Encoding is the `tokenizers` library's. Decoding is a table made once from the vocabulary, because the
//! library decodes to text and a token may hold half a character. Three alphabets are in use:
//!
//! ```text
//!  byte-level   one character per byte, in GPT-2's order   "Ġnaï"  -> 20 6E 61 EF
//!  metaspace    text with U+2581 for a space, <0xNN> bytes "▁na"   -> 20 6E 61
//!  plain        text                                       "na"    -> 6E 61
//! ```
//!
//! Added tokens (`<|im_end|>`) are always plain.

use std::collections::HashSet;
use std::path::Path;

use tokenizers::{DecoderWrapper, PreTokenizerWrapper};

use super::LoadError;

/// A checkpoint's tokenizer. Cheap to share, never changed.
#[derive(Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// All tokens' bytes, one after the other.
    bytes: Vec<u8>,
    /// Where token `id` ends in `bytes`; it begins where the one before ends.
    ends: Vec<usize>,
    special: HashSet<u32>,
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when the file cannot be read, or is not a tokenizer whose tokens have exact bytes.
    pub fn from_file(path: &Path) -> Result<Self, LoadError> {
        let json = std::fs::read(path).map_err(|error| LoadError::new(path.display(), error))?;
        Self::from_json(&json).map_err(|reason| LoadError::new(path.display(), reason))
    }

    /// Takes the text of a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let mut inner = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| format!("cannot be used as a tokenizer: {error}"))?;
        inner.with_truncation(None).map_err(|error| error.to_string())?;
        inner.with_padding(None);
        let alphabet = Alphabet::of(&inner)?;
        let added = inner.get_added_tokens_decoder();
        let special = added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id).collect();
        let mut tokens: Vec<(u32, String)> =
            inner.get_vocab(true).into_iter().map(|(text, id)| (id, text)).collect();
        tokens.sort_unstable();
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(tokens.len()));
        for (id, text) in tokens {
            // Unused ids between two tokens have no bytes; of two spellings of one id the added one counts.
            let id_index = usize::try_from(id).map_err(|error| error.to_string())?;
            if id_index < ends.len() {
                continue;
            }
            if id_index > ends.len() + MAX_GAP {
                return Err(format!("token id {id} is far above the number of tokens"));
            }
            ends.resize(id_index, bytes.len());
            match added.get(&id) {
                Some(token) => bytes.extend_from_slice(token.content.as_bytes()),
                None => alphabet.spell(&text, &mut bytes),
            }
            ends.push(bytes.len());
        }
        Ok(Self { inner, bytes, ends, special })
    }

    /// Token ids of a text; special tokens' text becomes special tokens, and nothing is added around it,
    /// because a chat template writes its own beginning.
    ///
    /// # Errors
    ///
    /// The library's sentence, when the text holds something the vocabulary cannot say.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.inner.encode_fast(text, false).map_err(|error| error.to_string())?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The exact bytes of one token; none for an id the vocabulary does not know.
    #[must_use]
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        let index = id as usize;
        let Some(end) = self.ends.get(index) else {
            return &[];
        };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..*end]
    }

    /// The exact bytes of these tokens, in order.
    #[must_use]
    pub fn decode(&self, ids: &[u32]) -> Vec<u8> {
        ids.iter().flat_map(|id| self.token_bytes(*id)).copied().collect()
    }

    /// Whether the tokenizer declares this token as special (a marker, never text).
    #[must_use]
    pub fn is_special(&self, id: u32) -> bool {
        self.special.contains(&id)
    }

    /// The id of a token, spelled as in the vocabulary.
    #[must_use]
    pub fn id_of(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }

    /// The special tokens' texts, in the order of their ids.
    #[must_use]
    pub fn special_tokens(&self) -> Vec<String> {
        let mut ids: Vec<u32> = self.special.iter().copied().collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.inner.id_to_token(id)).collect()
    }

    /// One more than the highest token id.
    #[must_use]
    pub fn vocab_size(&self) -> usize {
        self.ends.len()
    }
}

/// Unused ids a vocabulary may have in a row: more than any known one, less than would exhaust memory.
const MAX_GAP: usize = 1 << 20;

/// How a vocabulary spells bytes.
enum Alphabet {
    ByteLevel,
    Metaspace { byte_fallback: bool },
    Plain,
}

impl Alphabet {
    /// The decoder says it; where there is none, the pre-tokenizer does.
    fn of(inner: &tokenizers::Tokenizer) -> Result<Self, String> {
        match inner.get_decoder() {
            Some(decoder) => Self::of_decoder(decoder),
            None => Ok(Self::of_pre_tokenizer(inner.get_pre_tokenizer())),
        }
    }

    fn of_decoder(decoder: &DecoderWrapper) -> Result<Self, String> {
        match decoder {
            DecoderWrapper::ByteLevel(_) => Ok(Self::ByteLevel),
            DecoderWrapper::Metaspace(_) => Ok(Self::Metaspace { byte_fallback: false }),
            DecoderWrapper::ByteFallback(_) => Ok(Self::Metaspace { byte_fallback: true }),
            DecoderWrapper::Fuse(_) | DecoderWrapper::Strip(_) | DecoderWrapper::Replace(_) => {
                Ok(Self::Plain)
            }
            DecoderWrapper::Sequence(sequence) => Self::of_sequence(sequence.get_decoders()),
            DecoderWrapper::BPE(_) | DecoderWrapper::WordPiece(_) | DecoderWrapper::CTC(_) => {
                Err("its decoder rewrites text between tokens (BPEDecoder, WordPiece and CTC are not \
                     supported); expected a byte-level or SentencePiece vocabulary"
                    .to_owned())
            }
        }
    }

    fn of_sequence(decoders: &[DecoderWrapper]) -> Result<Self, String> {
        let mut found = Self::Plain;
        for decoder in decoders {
            found = match (found, Self::of_decoder(decoder)?) {
                (Self::ByteLevel, _) | (_, Self::ByteLevel) => Self::ByteLevel,
                (Self::Metaspace { byte_fallback: a }, Self::Metaspace { byte_fallback: b }) => {
                    Self::Metaspace { byte_fallback: a || b }
                }
                (known @ Self::Metaspace { .. }, Self::Plain) => known,
                (Self::Plain, next) => next,
            };
        }
        Ok(found)
    }

    fn of_pre_tokenizer(pre_tokenizer: Option<&PreTokenizerWrapper>) -> Self {
        match pre_tokenizer {
            Some(PreTokenizerWrapper::ByteLevel(_)) => Self::ByteLevel,
            Some(PreTokenizerWrapper::Metaspace(_)) => Self::Metaspace { byte_fallback: false },
            Some(PreTokenizerWrapper::Sequence(sequence))
                if sequence.as_ref().iter().any(|p| matches!(p, PreTokenizerWrapper::ByteLevel(_))) =>
            {
                Self::ByteLevel
            }
            _ => Self::Plain,
        }
    }

    fn spell(&self, token: &str, bytes: &mut Vec<u8>) {
        match self {
            Self::ByteLevel => match token.chars().map(byte_of).collect::<Option<Vec<u8>>>() {
                Some(spelled) => bytes.extend(spelled),
                None => bytes.extend_from_slice(token.as_bytes()),
            },
            Self::Metaspace { byte_fallback } => match hex_byte(token) {
                Some(byte) if *byte_fallback => bytes.push(byte),
                _ => bytes.extend_from_slice(token.replace('\u{2581}', " ").as_bytes()),
            },
            Self::Plain => bytes.extend_from_slice(token.as_bytes()),
        }
    }
}

/// The byte a character of GPT-2's alphabet stands for: printable Latin-1 for itself, and 256 upwards for
/// the 68 others in order.
fn byte_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    let byte = match code {
        0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => code,
        0x100..=0x120 => code - 0x100,
        0x121..=0x142 => code - 0x121 + 0x7F,
        0x143 => 0xAD,
        _ => return None,
    };
    u8::try_from(byte).ok()
}

/// `<0x0A>` is the byte 10.
fn hex_byte(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn byte_level() -> Tokenizer {
        let alphabet: Vec<char> =
            (0..0x144).filter_map(char::from_u32).filter(|c| byte_of(*c).is_some()).collect();
        let mut vocab: serde_json::Map<String, Value> =
            alphabet.iter().enumerate().map(|(id, c)| (c.to_string(), json!(id))).collect();
        for (token, id) in [("Ġn", 256), ("<|im_end|>", 257), ("<think> é", 259)] {
            vocab.insert(token.to_owned(), json!(id));
        }
        let json = json!({
            "version": "1.0",
            "added_tokens": [
                {"id": 257, "content": "<|im_end|>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
                {"id": 259, "content": "<think> é", "special": false, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
            ],
            "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
            "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
            "model": {"type": "BPE", "vocab": vocab, "merges": [["Ġ", "n"]]},
        });
        Tokenizer::from_json(json.to_string().as_bytes()).unwrap()
    }

    fn sentencepiece() -> Tokenizer {
        let json = json!({
            "version": "1.0",
            "added_tokens": [{"id": 2, "content": "</s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
            "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "</s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {"</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}},
            "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
                "vocab": [["<unk>", 0.0], ["▁na", -1.5], ["</s>", 0.0], ["<0xC3>", -9.0], ["<0xAF>", -9.25]]},
        });
        Tokenizer::from_json(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn byte_level_tokens_have_the_bytes_they_stand_for() {
        let tokenizer = byte_level();
        let spelled: HashSet<&[u8]> = (0..256).map(|id| tokenizer.token_bytes(id)).collect();
        assert!((0..=u8::MAX).all(|byte| spelled.contains([byte].as_slice())));
        let ids = tokenizer.encode("ï n").unwrap();
        assert_eq!(ids.len(), 3);
        assert_eq!(tokenizer.decode(&ids[..1]), [0xC3]);
        assert_eq!(tokenizer.decode(&ids), "ï n".as_bytes());
    }

    #[test]
    fn a_long_text_is_not_cut_by_the_tokenizers_own_truncation() {
        assert_eq!(byte_level().encode("twelve bytes").unwrap().len(), 12);
    }

    #[test]
    fn special_tokens_are_found_in_text_and_nothing_is_added() {
        let tokenizer = byte_level();
        assert_eq!(tokenizer.encode("<|im_end|>").unwrap(), [257]);
        assert_eq!(tokenizer.id_of("<|im_end|>"), Some(257));
        assert!(tokenizer.is_special(257));
        assert!(!tokenizer.is_special(259));
        assert_eq!(tokenizer.special_tokens(), ["<|im_end|>"]);
        assert_eq!(sentencepiece().encode(" na").unwrap(), [1]);
    }

    #[test]
    fn added_tokens_are_plain_text_and_unused_ids_are_empty() {
        let tokenizer = byte_level();
        assert_eq!(tokenizer.token_bytes(259), "<think> é".as_bytes());
        assert_eq!(tokenizer.token_bytes(258), b"");
        assert_eq!(tokenizer.token_bytes(260), b"");
        assert_eq!(tokenizer.token_bytes(u32::MAX), b"");
        assert_eq!(tokenizer.vocab_size(), 260);
    }

    #[test]
    fn sentencepiece_tokens_spell_spaces_and_single_bytes() {
        let tokenizer = sentencepiece();
        assert_eq!(tokenizer.decode(&tokenizer.encode(" naï").unwrap()), " naï".as_bytes());
        assert_eq!(tokenizer.token_bytes(4), [0xAF]);
    }

    #[test]
    fn a_file_that_is_no_tokenizer_says_so_with_its_name() {
        let error = Tokenizer::from_file(Path::new("/nowhere/tokenizer.json")).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/tokenizer.json: "), "{error}");
        assert!(Tokenizer::from_json(b"{}").unwrap_err().contains("cannot be used as a tokenizer"));
    }

    #[test]
    fn a_decoder_that_joins_words_is_refused() {
        let json = json!({"version": "1.0", "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
            "model": {"type": "WordPiece", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}});
        assert!(Tokenizer::from_json(json.to_string().as_bytes()).unwrap_err().contains("byte-level"));
    }
}
