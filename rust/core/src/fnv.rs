//! FNV-1a, the hash that names are made with: the same everywhere and for ever, and no secret.

/// Of 64 bits.
pub(crate) fn fnv64(bytes: impl IntoIterator<Item = u8>) -> u64 {
    const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01B3;
    bytes.into_iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// Of 128 bits.
pub(crate) fn fnv128(bytes: impl IntoIterator<Item = u8>) -> u128 {
    const OFFSET: u128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013B;
    bytes.into_iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv64(*b""), 0xCBF2_9CE4_8422_2325);
        assert_eq!(fnv64(*b"a"), 0xAF63_DC4C_8601_EC8C);
        assert_eq!(fnv128(*b""), 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D);
        assert_eq!(fnv128(*b"a"), 0xD228_CB69_6F1A_8CAF_7891_2B70_4E4A_8964);
    }
}
