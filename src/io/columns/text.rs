//! The bytes of a file of deals, piece by piece: where they are in memory, or left on disk until a piece is worked.
//!
//! A piece is whole lines. One that is read from disk stands in memory only as long as it is worked, on the core that works it.

use super::super::folder::Left;
use crate::domain::columns::Unfit;
use std::borrow::Cow;

/// The least and the most bytes of a piece, about, and how many pieces are wanted. Pieces follow from the file and not from the
/// number of cores, so nothing else depends on it: small ones stay near the core that works them, many make each run of payees
/// be gathered from far apart.
const PIECE: (usize, usize) = (1 << 18, 1 << 20);
const PIECES: usize = 128;
/// Bytes behind a piece that are read with it, to see the end of its last line.
const BEHIND: usize = 1 << 14;

/// Where the bytes are.
pub enum Text<'s> {
    /// In memory.
    Here(Cow<'s, [u8]>),
    /// On disk.
    Left(&'s Left),
}

impl Text<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Here(bytes) => bytes.len(),
            Self::Left(left) => left.len,
        }
    }

    /// Some bytes; what stays on disk is read into the buffer.
    fn bytes<'b>(&'b self, from: usize, to: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unfit> {
        match self {
            Self::Here(bytes) => bytes.get(from..to).ok_or(Unfit::Unusual),
            Self::Left(left) => {
                buffer.resize(to.saturating_sub(from), 0);
                left.read_at(from, buffer).map_err(|_| Unfit::Unusual)?;
                Ok(buffer)
            }
        }
    }

    /// The first bytes.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn head<'b>(&'b self, most: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unfit> {
        self.bytes(0, most.min(self.len()), buffer)
    }

    fn size(&self) -> usize {
        self.len().div_ceil(PIECES).clamp(PIECE.0, PIECE.1)
    }

    /// The pieces that there are from a byte on.
    pub fn pieces(&self, start: usize) -> Vec<usize> {
        (0..self.len().saturating_sub(start).div_ceil(self.size())).collect()
    }

    /// The whole lines that begin in a piece, counted from a byte on.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn piece<'b>(&'b self, start: usize, piece: usize, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unfit> {
        let is_end = |byte: &u8| *byte == b'\n';
        // From the byte before, which tells whether a line begins with the piece.
        let size = self.size();
        let first = start.saturating_add(piece.saturating_mul(size));
        let from = if piece == 0 { first } else { first.saturating_sub(1) };
        let last = first.saturating_add(size).saturating_sub(1);
        let mut behind = BEHIND;
        let (begin, end) = loop {
            let to = last.saturating_add(behind).min(self.len());
            let bytes = self.bytes(from, to, buffer)?;
            let begin = match piece {
                0 => Some(0),
                _ => bytes.iter().position(is_end).map(|end| end.saturating_add(1)),
            };
            let rest = bytes.get(last.saturating_sub(from)..).unwrap_or_default();
            let end =
                rest.iter().position(is_end).map(|end| last.saturating_sub(from).saturating_add(end).saturating_add(1));
            match end {
                Some(end) => break (begin.unwrap_or(end), end),
                None if to == self.len() => break (begin.unwrap_or(bytes.len()), bytes.len()),
                None => behind = behind.saturating_mul(8),
            }
        };
        let bytes = match self {
            Self::Here(bytes) => bytes.get(from..).unwrap_or_default(),
            Self::Left(_) => buffer,
        };
        Ok(bytes.get(begin.min(end)..end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Pieces are the lines, each once and in order, however long lines are.
        #[test]
        fn pieces_are_whole_lines(lengths in prop::collection::vec(0_usize..400_000, 1..20), start in 0_usize..3, last in any::<bool>()) {
            let mut text = vec![b'h'; start];
            for (line, length) in lengths.iter().enumerate() {
                text.extend(std::iter::repeat_n(b'a'.wrapping_add(u8::try_from(line).unwrap()), *length));
                text.push(b'\n');
            }
            if last {
                text.pop();
            }
            let whole = Text::Here(Cow::Borrowed(text.as_slice()));
            let mut found = Vec::new();
            for piece in whole.pieces(start) {
                let mut buffer = Vec::new();
                let lines = whole.piece(start, piece, &mut buffer).unwrap();
                found.extend_from_slice(lines);
                let end = found.len() == text.len().saturating_sub(start);
                prop_assert!(lines.is_empty() || lines.ends_with(b"\n") || end);
            }
            prop_assert_eq!(found, text.get(start..).unwrap());
        }
    }
}
