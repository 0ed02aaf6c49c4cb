//! Where the cells of plain rows end: eight bytes looked at together.

use crate::domain::columns::Unfit;

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// The top bit of each byte of a word that is zero.
fn zeros(word: u64) -> u64 {
    // Exact for every byte: nothing is carried from one to the next.
    !(((word & !TOPS).wrapping_add(!TOPS)) | word | !TOPS)
}

/// Cuts whole rows of `width` cells from `start` on into `ends`: first the byte before the first row, then the byte that ends
/// each cell, as far as `most` rows. Gives the byte where the next row begins.
///
/// # Errors
/// A row of another width.
pub fn cut(
    text: &[u8],
    start: usize,
    (delimiter, width): (u8, usize),
    most: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Unfit> {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let wanted = most.saturating_mul(width).saturating_add(1);
    // The byte before the text counts as one that ends a cell; the last word may find some more than are wanted.
    ends.clear();
    ends.resize(wanted.saturating_add(8), 0);
    let mut known = 0_usize;
    let mut put = |end: u32| {
        if let Some(slot) = ends.get_mut(known) {
            *slot = end;
        }
        known = known.wrapping_add(1);
        known
    };
    put(place(start).wrapping_sub(1));
    let (commas, feeds) = (ONES.wrapping_mul(u64::from(delimiter)), ONES.wrapping_mul(u64::from(b'\n')));
    let (mut at, mut lines, mut count) = (start, 0_u64, 1_usize);
    let words = text.get(start..).unwrap_or_default().chunks_exact(8);
    let tail = words.remainder();
    for word in words {
        let word = word.first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
        let feeds = zeros(word ^ feeds);
        let mut found = zeros(word ^ commas) | feeds;
        while found != 0 {
            count = put(place(at).wrapping_add(found.trailing_zeros() >> 3));
            found &= found.wrapping_sub(1);
        }
        // How many top bits there are.
        lines = lines.wrapping_add((feeds >> 7).wrapping_mul(ONES) >> 56);
        at = at.wrapping_add(8);
        if count >= wanted {
            break;
        }
    }
    let is_feed =
        |end: &u32| usize::try_from(*end).ok().and_then(|end| text.get(end)).is_none_or(|byte| *byte == b'\n');
    if count < wanted {
        for (behind, byte) in tail.iter().enumerate().filter(|(_, byte)| **byte == delimiter || **byte == b'\n') {
            count = put(place(at.wrapping_add(behind)));
            lines = lines.wrapping_add(u64::from(*byte == b'\n'));
        }
        if text.last() != Some(&b'\n') {
            count = put(place(text.len()));
            lines = lines.wrapping_add(1);
        }
    }
    ends.truncate(count);
    let beyond = ends.get(wanted..).unwrap_or_default().iter().filter(|end| is_feed(end)).count();
    ends.truncate(wanted);
    // Every row ends with a line, and there are as many lines as rows: none ends within one.
    let rows = ends.get(1..).unwrap_or_default().chunks_exact(width.max(1));
    let lines = usize::try_from(lines).unwrap_or(usize::MAX).wrapping_sub(beyond);
    if !rows.remainder().is_empty() || rows.len() != lines || !rows.filter_map(<[u32]>::last).all(is_feed) {
        return Err(Unfit::Unusual);
    }
    Ok(ends.last().map_or(text.len(), |last| usize::try_from(last.wrapping_add(1)).unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// As the lines and their parts are, where all have the width.
        #[test]
        fn cells_are_those_between_delimiters(table in prop::collection::vec(prop::collection::vec("[a-z0-9:;]{0,12}", 3), 1..40), last in any::<bool>(), most in 1_usize..50) {
            let mut text = table.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n");
            if last {
                text.push('\n');
            }
            let (mut ends, mut at, mut found) = (Vec::new(), 0, Vec::new());
            while at < text.len() {
                at = cut(text.as_bytes(), at, (b',', 3), most, &mut ends).unwrap();
                let cells: Vec<&str> = ends.windows(2).map(|pair| text.get(pair[0].wrapping_add(1) as usize..pair[1] as usize).unwrap()).collect();
                found.extend(cells.chunks(3).map(|row| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()));
            }
            prop_assert_eq!(found, table);
        }
    }

    #[test]
    fn rows_of_another_width_do_not_fit() {
        for text in ["a,b\nc\n", "a\nb,c\n", "a,b\n\nc,d\n", "a,b,c\nd\n"] {
            let mut ends = Vec::new();
            assert!(cut(text.as_bytes(), 0, (b',', 2), 10, &mut ends).is_err(), "{text:?}");
        }
    }
}
