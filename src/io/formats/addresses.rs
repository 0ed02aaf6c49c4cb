//! Whether the cells of a workbook stand where a sheet has cells, looked at while an archive is weighed.
//!
//! The reader of workbooks counts the letters and digits of an address without a limit: one that is longer than any sheet
//! would be another cell.

use std::io::{self, Write};

/// The columns of a sheet, `A` to `XFD`.
pub(super) const COLUMNS: u32 = 16_384;
/// The rows of a sheet.
pub(super) const ROWS: u32 = 1_048_576;
/// The letters and digits of the longest address, `XFD1048576`.
const LONGEST: (u32, u32) = (3, 7);

/// Takes the text of a sheet piece by piece and finds addresses that no sheet has.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    at: At,
    /// The name of the element, then of the attribute, as far as it decides.
    element: Vec<u8>,
    attribute: Vec<u8>,
    letters: u32,
    digits: u32,
    /// Whether there is one.
    pub beyond: bool,
}

/// Where in the text of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Between tags.
    #[default]
    Text,
    /// In the name of an element.
    Element,
    /// In a tag that has no cells: its end, a comment, an instruction.
    Other,
    /// In a tag, before or in the name of an attribute.
    Attribute,
    /// After the name, before its value.
    Equals,
    /// In a value that this quotation mark ends; whether it is an address.
    Value(u8, bool),
}

/// The longest name that decides, with a prefix.
const NAME: usize = 32;

impl Addresses {
    fn take(&mut self, byte: u8) {
        self.at = match (self.at, byte) {
            (At::Text, b'<') => {
                self.element.clear();
                At::Element
            }
            (At::Text, _) => At::Text,
            (At::Value(quote, _), _) if byte == quote => {
                self.attribute.clear();
                At::Attribute
            }
            (At::Value(quote, true), _) => {
                self.count(byte);
                At::Value(quote, true)
            }
            (At::Value(quote, false), _) => At::Value(quote, false),
            (_, b'>') => At::Text,
            (At::Element, b'!' | b'?' | b'/') if self.element.is_empty() => At::Other,
            (At::Element, b' ' | b'\t' | b'\r' | b'\n') => {
                self.attribute.clear();
                At::Attribute
            }
            (At::Element, _) => {
                keep(&mut self.element, byte);
                At::Element
            }
            (At::Attribute, b'=') => At::Equals,
            (At::Attribute, b' ' | b'\t' | b'\r' | b'\n') => At::Attribute,
            (At::Attribute, _) => {
                keep(&mut self.attribute, byte);
                At::Attribute
            }
            (At::Equals, b'"' | b'\'') => {
                (self.letters, self.digits) = (0, 0);
                At::Value(byte, self.is_address())
            }
            (At::Equals, _) => At::Equals,
            (At::Other, _) => At::Other,
        };
    }

    fn is_address(&self) -> bool {
        match self.attribute.as_slice() {
            b"r" => true,
            b"ref" => self.element.ends_with(b"dimension"),
            _ => false,
        }
    }

    fn count(&mut self, byte: u8) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' => self.letters = self.letters.saturating_add(1),
            b'0'..=b'9' => self.digits = self.digits.saturating_add(1),
            _ => (self.letters, self.digits) = (0, 0),
        }
        self.beyond |= self.letters > LONGEST.0 || self.digits > LONGEST.1;
    }
}

fn keep(name: &mut Vec<u8>, byte: u8) {
    if name.len() < NAME {
        name.push(byte);
    }
}

impl Write for Addresses {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.iter().for_each(|byte| self.take(*byte));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beyond(text: &str) -> bool {
        let mut addresses = Addresses::default();
        // In pieces, as an archive gives it.
        text.as_bytes().chunks(3).for_each(|piece| addresses.write_all(piece).unwrap());
        addresses.beyond
    }

    #[test]
    fn an_address_longer_than_any_is_found() {
        assert!(beyond(r#"<c r="AAAAAAAA1" t="n">"#));
        assert!(beyond("<x:c\n t='n' r = 'A12345678'/>"));
        assert!(beyond(r#"<row r="99999999999">"#));
        assert!(beyond(r#"<dimension ref="A1:ZZZZZZZZ9"/>"#));
    }

    #[test]
    fn addresses_of_a_sheet_and_other_texts_are_not() {
        assert!(!beyond(
            r#"<dimension ref="A1:XFD1048576"/><row r="1048576"><c r="XFD1048576" t="s"><v>12345678901</v></c>"#
        ));
        assert!(!beyond(r#"<is><t>see r="AAAAAAAAAAAA1"</t></is><!-- r="AAAAAAAAAA1" --><f ref="Sheet1!A1">x</f>"#));
        assert!(!beyond(r#"<pageSetup r:id="rIdAAAAAAAA1"/>"#));
    }
}
