//! SHA-256 as text: what digests, hashes of rows and checksums of files are written as.

use sha2::{Digest as _, Sha256};

/// SHA-256 of some bytes, in lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            let digit = if half < 10 { b'0' | half } else { b'a'.wrapping_add(half).wrapping_sub(10) };
            text.push(char::from(digit));
        }
    }
    text
}

/// The digest of rows: SHA-256 of them sorted bytewise, each ended by a line feed, in lower-case hex.
#[must_use]
pub fn digest(rows: impl Iterator<Item = String>) -> String {
    let mut rows: Vec<String> = rows.collect();
    // Most often they are sorted already, kind by kind, and this sort sees it.
    rows.sort();
    of_sorted(rows.iter().map(String::as_str))
}

/// SHA-256 of rows that are sorted, each ended by a line feed, in lower-case hex.
#[must_use]
pub fn of_sorted<'r>(rows: impl IntoIterator<Item = &'r str>) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(row.as_bytes());
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_sha256sum() {
        // printf 'abc' | sha256sum
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        // printf 'a\nb\n' | sha256sum
        assert_eq!(of_sorted(["a", "b"]), "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
        assert_eq!(hex(&[0, 0x0f, 0xf0]), "000ff0");
    }
}
