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
    ends.clear();
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    // The byte before the text counts as one that ends a cell.
    ends.push(place(start).wrapping_sub(1));
    let wanted = most.saturating_mul(width).saturating_add(1);
    let (commas, feeds) = (ONES.wrapping_mul(u64::from(delimiter)), ONES.wrapping_mul(u64::from(b'\n')));
    let mut at = start;
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*word);
        let mut found = zeros(word ^ commas) | zeros(word ^ feeds);
        while found != 0 {
            let byte = usize::try_from(found.trailing_zeros() >> 3).unwrap_or(0);
            ends.push(place(at.wrapping_add(byte)));
            found &= found.wrapping_sub(1);
        }
        at = at.wrapping_add(8);
        if ends.len() >= wanted {
            break;
        }
    }
    if ends.len() < wanted {
        let rest = text.get(at..).unwrap_or_default();
        let more = rest.iter().enumerate().filter(|(_, byte)| **byte == delimiter || **byte == b'\n');
        ends.extend(more.map(|(behind, _)| place(at.wrapping_add(behind))));
        if text.last() != Some(&b'\n') {
            ends.push(place(text.len()));
        }
    }
    ends.truncate(wanted);
    let cells = ends.len().saturating_sub(1);
    if !cells.is_multiple_of(width) {
        return Err(Unfit::Unusual);
    }
    // Every row ends with a line, and no line ends within one.
    let is_feed =
        |end: &u32| usize::try_from(*end).ok().and_then(|end| text.get(end)).is_none_or(|byte| *byte == b'\n');
    for row in ends.get(1..).unwrap_or_default().chunks(width) {
        let (last, others) = row.split_last().ok_or(Unfit::Unusual)?;
        if !is_feed(last) || others.iter().any(is_feed) {
            return Err(Unfit::Unusual);
        }
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
