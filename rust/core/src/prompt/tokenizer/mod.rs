//! Text -> token ids, and the exact bytes of every token id.
//!
//! Encoding is the `tokenizers` library's. Decoding is a table made once from the vocabulary, because the
//! library decodes to text and a token may hold half a character.

mod alphabet;
mod decoder;
mod ranks;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub use self::decoder::Decoder;
use super::LoadError;
use alphabet::{Alphabet, Leading};
use serde_json::Value;

const JSON: &str = "tokenizer.json";
const TEKKEN: &str = "tekken.json";

/// A checkpoint's tokenizer. Cheap to share, never changed.
#[derive(Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// All tokens' bytes, one after the other.
    bytes: Vec<u8>,
    /// Where token `id` ends in `bytes`; it begins where the one before ends.
    ends: Vec<usize>,
    special: HashSet<u32>,
    /// Tokens that are one byte each, in a vocabulary whose others are text.
    single_bytes: HashSet<u32>,
    alphabet: Alphabet,
    leading: Leading,
}

impl Tokenizer {
    /// Reads the tokenizer of a checkpoint's folder.
    ///
    /// # Errors
    ///
    /// [`LoadError`] as for [`Self::from_file`].
    pub fn from_folder(folder: &Path) -> Result<Self, LoadError> {
        Self::from_file(&Self::file_in(folder))
    }

    /// The tokenizer's file in a checkpoint's folder: the first there is of those that can be read.
    #[must_use]
    pub fn file_in(folder: &Path) -> PathBuf {
        let names = [JSON, TEKKEN].into_iter().chain(ranks::TIKTOKEN.iter().map(|family| family.file));
        names.map(|name| folder.join(name)).find(|file| file.is_file()).unwrap_or_else(|| folder.join(JSON))
    }

    /// Reads a `tokenizer.json`, a `tekken.json`, or a family's `tiktoken` file with the `tokenizer_config.json`
    /// beside it.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when the file cannot be read, or is not a tokenizer whose tokens have exact bytes.
    pub fn from_file(path: &Path) -> Result<Self, LoadError> {
        let bytes = std::fs::read(path).map_err(|error| LoadError::new(path.display(), error))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let tokenizer = if name == TEKKEN {
            ranks::tekken(&bytes).and_then(Self::of)
        } else if let Some(family) = ranks::TIKTOKEN.iter().find(|family| family.file == name) {
            let config = read_config(&path.with_file_name("tokenizer_config.json"))?;
            ranks::tiktoken(family, &String::from_utf8_lossy(&bytes), &config).and_then(Self::of)
        } else {
            Self::from_json(&bytes)
        };
        tokenizer.map_err(|reason| LoadError::new(path.display(), reason))
    }

    /// Takes the text of a `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        let inner = tokenizers::Tokenizer::from_bytes(json);
        Self::of(inner.map_err(|error| format!("cannot be used as a tokenizer: {error}"))?)
    }

    /// Spells out every token.
    fn of(mut inner: tokenizers::Tokenizer) -> Result<Self, String> {
        inner.with_truncation(None).map_err(|error| error.to_string())?;
        inner.with_padding(None);
        let (alphabet, leading) = alphabet::spelling(&inner)?;
        let added = inner.get_added_tokens_decoder();
        let special = added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id).collect();
        let mut tokens: Vec<(u32, String)> =
            inner.get_vocab(true).into_iter().map(|(text, id)| (id, text)).collect();
        tokens.sort_unstable();
        let mut single_bytes = HashSet::new();
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
                Some(token) => alphabet.spell_added(&token.content, &mut bytes),
                None => alphabet.spell(&text, &mut bytes),
            }
            single_bytes.extend(alphabet.single_byte(&text).map(|_| id));
            ends.push(bytes.len());
        }
        Ok(Self { inner, bytes, ends, special, single_bytes, alphabet, leading })
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

    /// The text of these tokens, as `transformers` decodes it; see [`Decoder`].
    #[must_use]
    pub fn decode_text(&self, ids: &[u32], skip_special_tokens: bool) -> String {
        let mut decoder = Decoder::new(skip_special_tokens);
        decoder.push(self, ids) + &decoder.finish(self)
    }

    fn is_single_byte(&self, id: u32) -> bool {
        self.single_bytes.contains(&id)
    }

    fn text_without_spaces(&self, id: u32) -> String {
        self.alphabet.without_spaces(&self.inner.id_to_token(id).unwrap_or_default())
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

/// A `tokenizer_config.json`; null when there is none.
fn read_config(path: &Path) -> Result<Value, LoadError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| LoadError::new(path.display(), error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(error) => Err(LoadError::new(path.display(), error)),
    }
}

/// Unused ids a vocabulary may have in a row: more than any known one, less than would exhaust memory.
const MAX_GAP: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::alphabet::byte_of;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

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

    fn metaspace(scheme: &str) -> Tokenizer {
        let json = json!({
            "version": "1.0",
            "added_tokens": [{"id": 3, "content": "</s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
            "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": true},
            "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": true},
            "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁", -1.0], ["▁na▁", -1.5], ["</s>", 0.0], ["na", -2.0]]},
        });
        Tokenizer::from_json(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_space_before_the_first_word_is_dropped_as_the_vocabulary_says() {
        assert_eq!(sentencepiece().decode_text(&[1, 1], false), "na na");
        assert_eq!(metaspace("always").decode_text(&[2, 1, 2], false), "na  na ");
        assert_eq!(metaspace("never").decode_text(&[2, 1, 2], false), " na   na ");
        assert_eq!(metaspace("always").decode_text(&[3, 2], false), "</s> na ");
        assert_eq!(metaspace("always").decode_text(&[3, 2, 99], true), "na");
    }

    #[test]
    fn a_run_of_single_bytes_is_text_only_as_a_whole() {
        let tokenizer = sentencepiece();
        assert_eq!(tokenizer.decode_text(&[3, 4, 1], false), "ï na");
        assert_eq!(tokenizer.decode_text(&[3, 4, 4], false), "\u{FFFD}\u{FFFD}\u{FFFD}");
        assert_eq!(tokenizer.decode_text(&[3, 1, 4], false), "\u{FFFD} na\u{FFFD}");
    }

    proptest! {
        #[test]
        fn any_ids_decode_piece_by_piece_as_the_library_decodes_them_at_once(
            ids in proptest::collection::vec(0..7_u32, 0..12),
            which in 0..3_usize,
            skip in any::<bool>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let kinds: [fn() -> Tokenizer; 3] =
                [sentencepiece, || metaspace("always"), || metaspace("first")];
            let tokenizer = kinds[which]();
            let (head, tail) = ids.split_at(cut.index(ids.len() + 1));
            let mut decoder = Decoder::new(skip);
            let pieces = [decoder.push(&tokenizer, head), decoder.push(&tokenizer, tail), decoder.finish(&tokenizer)];
            prop_assert_eq!(pieces.concat(), tokenizer.inner.decode(&ids, skip).unwrap());
        }
    }
}
