//! SHA-256 as text: what digests, hashes of rows and checksums of files are written as.

use sha2::{Digest as _, Sha256};
use std::fmt;

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

/// A SHA-256, as it is held where there are very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum([u8; 32]);

impl Sum {
    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// From 64 figures of lower-case hex; `None`: it is written otherwise.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let half = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
            b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
            _ => None,
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        let mut sum = [0; 32];
        if pairs.len() != sum.len() {
            return None;
        }
        for (byte, [high, low]) in sum.iter_mut().zip(pairs) {
            *byte = half(*high)? << 4 | half(*low)?;
        }
        Some(Self(sum))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&hex(&self.0))
    }
}

/// Rows one after another in one text: where they are many and short, each by itself costs more than what it says.
#[derive(Debug, Default)]
pub struct Rows {
    text: String,
    ends: Vec<usize>,
}

impl Rows {
    /// Adds a row.
    pub fn add(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len());
    }

    /// The rows.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.text.get(start..*end))
    }
}

/// The digest of rows: SHA-256 of them sorted bytewise, each ended by a line feed, in lower-case hex.
#[must_use]
pub fn digest(rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<String> = rows.collect();
    of_rows(rows.iter().map(String::as_str))
}

/// The same of rows where they stand.
#[must_use]
pub fn of_rows<'r>(rows: impl Iterator<Item = &'r str>) -> String {
    let mut rows: Vec<&str> = rows.collect();
    // Most often they are sorted already, kind by kind, and this sort sees it.
    rows.sort();
    of_sorted(rows)
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

    #[test]
    fn a_sum_is_read_as_it_is_written_and_not_otherwise() {
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sum::parse(text), Some(Sum::of(b"abc")));
        assert_eq!(Sum::of(b"abc").to_string(), text);
        let odd =
            [text.to_uppercase(), format!("{text}0"), text.replace('b', "g"), text.replace("ba", "é"), String::new()];
        assert_eq!(odd.map(|text| Sum::parse(&text)), [None; 5]);
    }
}
