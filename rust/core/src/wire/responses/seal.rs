//! Text that a client keeps for us and cannot read or change: reasoning, and what was said before a compaction.
//!
//! ```text
//!  smgd1.<base64 of: nonce (24 bytes) | ciphertext | tag (16 bytes)>        XChaCha20-Poly1305
//! ```
//!
//! The core draws nothing at random, so a nonce is made of the item's id, which is the server's own and told once,
//! and of the text: 24 bytes leave room for both. What a seal is for is authenticated with it: sealed reasoning
//! is never taken for a compaction, which becomes instructions.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::fnv::{fnv64, fnv128};

/// What a sealed text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Of an item `reasoning`.
    Reasoning,
    /// Of an item `compaction`.
    Compaction,
}

const PREFIX: &str = "smgd1.";
const NONCE_BYTES: usize = 24;

/// Seals a text; `seed` is the id of the item that it is of.
///
/// # Panics
///
/// Never for a reply's text: the cipher takes up to 256 GiB.
#[must_use]
pub fn seal(key: &[u8; 32], kind: Sealed, seed: &str, text: &str) -> String {
    let nonce = nonce(seed, text);
    let payload = Payload { msg: text.as_bytes(), aad: kind.name() };
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.expect("it fails above 256 GiB, and no reply is so long");
    PREFIX.to_owned() + &base64::encode_config([&nonce[..], &sealed].concat(), base64::URL_SAFE_NO_PAD)
}

/// The text of a seal of this key and kind; `None` for one of another server, and for one that was changed.
#[must_use]
pub fn unseal(key: &[u8; 32], kind: Sealed, sealed: &str) -> Option<String> {
    let bytes = base64::decode_config(sealed.strip_prefix(PREFIX)?, base64::URL_SAFE_NO_PAD).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok()?;
    let payload = Payload { msg: sealed, aad: kind.name() };
    let text = XChaCha20Poly1305::new(&(*key).into()).decrypt(&XNonce::from(nonce), payload).ok()?;
    String::from_utf8(text).ok()
}

impl Sealed {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Reasoning => b"reasoning",
            Self::Compaction => b"compaction",
        }
    }
}

/// FNV-1a: of 128 bits of the seed, of 64 bits of the text.
fn nonce(seed: &str, text: &str) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce[..16].copy_from_slice(&fnv128(seed.bytes()).to_le_bytes());
    nonce[16..].copy_from_slice(&fnv64(text.bytes()).to_le_bytes());
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    #[test]
    fn a_changed_or_foreign_seal_is_none() {
        let sealed = seal(&KEY, Sealed::Reasoning, "rs_1", "hm");
        assert_eq!(unseal(&[8; 32], Sealed::Reasoning, &sealed), None);
        assert_eq!(unseal(&KEY, Sealed::Compaction, &sealed), None, "it is not what it was made for");
        for foreign in ["", "smgd1.", "smgd1.AAAA", "gAAAAABpM0Yj", "smgd1.\u{ef}"] {
            assert_eq!(unseal(&KEY, Sealed::Reasoning, foreign), None);
        }
    }

    #[test]
    fn neither_the_text_nor_its_place_is_told_by_the_nonce_alone() {
        let one = seal(&KEY, Sealed::Reasoning, "rs_1", "hm");
        assert_ne!(one, seal(&KEY, Sealed::Reasoning, "rs_2", "hm"));
        assert_ne!(nonce("rs_1", "hm"), nonce("rs_1", "hmm"), "one id never has two texts under one nonce");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_no_byte_of_its_seal_can_be_changed(
            text in ".{0,40}", at in any::<prop::sample::Index>(), bit in 0..8_u32
        ) {
            let sealed = seal(&KEY, Sealed::Reasoning, "rs_1", &text);
            prop_assert!(sealed.is_ascii());
            prop_assert_eq!(unseal(&KEY, Sealed::Reasoning, &sealed), Some(text));
            let bytes = sealed.strip_prefix(PREFIX).unwrap();
            let mut bytes = base64::decode_config(bytes, base64::URL_SAFE_NO_PAD).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let changed = PREFIX.to_owned() + &base64::encode_config(bytes, base64::URL_SAFE_NO_PAD);
            prop_assert_eq!(unseal(&KEY, Sealed::Reasoning, &changed), None);
        }
    }
}
