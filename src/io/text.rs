//! From the bytes of a data file to its text.
//!
//! In:   bytes, and the encoding that the settings name, if they name one.
//! Out:  [`Decoded`]: the text without a byte order mark, and the places of bytes that do not fit the encoding.
//! Here: byte order marks, encodings by their WHATWG names, files that are no text at all.
//!
//! A byte that does not fit stands as U+FFFD in the text and its place is kept, so that the row it is in is refused:
//! no replacement character ever reaches a fact.

use crate::domain::diagnostic::{Code, Diagnostic};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// The text of a file.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The encoding it was read in.
    pub encoding: &'static Encoding,
    /// Where the text holds U+FFFD for bytes that do not fit, in order.
    pub misfits: Vec<usize>,
}

impl Decoded<'_> {
    /// The same with a text of its own.
    pub fn owned<'b>(self) -> Decoded<'b> {
        Decoded { text: Cow::Owned(self.text.into_owned()), encoding: self.encoding, misfits: self.misfits }
    }
}

/// How many bytes are looked at to tell a text from something else.
const LOOK: usize = 65_536;

/// The text of the bytes, in the encoding of the settings, else of the byte order mark, else UTF-8.
///
/// # Errors
/// A file that is no text: it has zero bytes, or begins as a workbook or an archive does.
pub(crate) fn decode<'a>(
    file: &str,
    bytes: &'a [u8],
    given: Option<&'static Encoding>,
) -> Result<Decoded<'a>, Box<Diagnostic>> {
    let marked = Encoding::for_bom(bytes);
    let bad = |message: String| Diagnostic::error(Code::BadEncoding, message).in_file(file);
    let not_text = |message: String| Diagnostic::error(Code::NotText, message).in_file(file);
    let (encoding, body) = match (given, marked) {
        (None, None) => (UTF_8, bytes),
        (None, Some((mark, length))) => (mark, bytes.get(length..).unwrap_or_default()),
        (Some(given), Some((mark, length))) if given == mark => (mark, bytes.get(length..).unwrap_or_default()),
        (Some(given), Some((mark, _))) => {
            let (said, found) = (given.name().to_lowercase(), mark.name().to_lowercase());
            let message = format!("`{file}` begins with the mark of {found}, its source says `{said}`");
            return Err(Box::new(bad(message).help(format!("write `encoding = \"{found}\"`, or leave it out"))));
        }
        (Some(given), None) => (given, bytes),
    };
    if let Some(what) = kind_of_binary(bytes) {
        let help = match what {
            A_WORKBOOK => "name it `.xlsx` or `.zip`, whichever it is, or export it as CSV",
            A_GZIP => "name it `.csv.gz`",
            A_DATABASE => "name it `sqlite:…`, with a query, `sql = \"SELECT …\"`",
            A_PARQUET => "name it `.parquet`",
            AN_ARROW => "name it `.arrow`",
            _ => "export it as CSV",
        };
        return Err(Box::new(not_text(format!("`{file}` is {what}, not text")).help(help)));
    }
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if !wide && body.contains(&0) {
        let diagnostic = not_text(format!("`{file}` is not text: it holds zero bytes"));
        return Err(Box::new(match half_zero(body) {
            Some(encoding) => diagnostic.help(format!("it looks like `encoding = \"{encoding}\"`")),
            None => diagnostic.help("export it as CSV"),
        }));
    }
    Ok(decode_body(body, encoding))
}

/// The text of bytes that are text.
fn decode_body<'a>(body: &'a [u8], encoding: &'static Encoding) -> Decoded<'a> {
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(body)
    {
        return Decoded { text: Cow::Borrowed(text), encoding, misfits: Vec::new() };
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut text, mut misfits, mut rest) = (String::with_capacity(body.len()), Vec::new(), body);
    loop {
        text.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()).max(16));
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                misfits.push(text.len());
                text.push('\u{fffd}');
            }
        }
    }
    Decoded { text: Cow::Owned(text), encoding, misfits }
}

const A_WORKBOOK: &str = "a workbook or a ZIP archive";
const A_GZIP: &str = "a gzip archive";
const A_DATABASE: &str = "an SQLite database";
const A_PARQUET: &str = "a Parquet file";
const AN_ARROW: &str = "an Arrow file";

/// What a file is that begins with the mark of something that is no text.
fn kind_of_binary(bytes: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", A_WORKBOOK),
        (b"\xd0\xcf\x11\xe0", "an old workbook"),
        (b"\x1f\x8b", A_GZIP),
        (b"%PDF-", "a PDF"),
        (b"PAR1", A_PARQUET),
        (b"ARROW1", AN_ARROW),
        (b"SQLite format 3\0", A_DATABASE),
    ];
    MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, what)| *what)
}

/// The encoding of two bytes a character that zeros in every second place speak for.
fn half_zero(body: &[u8]) -> Option<&'static str> {
    let head = body.get(..body.len().min(LOOK)).unwrap_or_default();
    let zeros = |pick: fn(&[u8]) -> Option<&u8>| head.chunks_exact(2).filter(|pair| pick(pair) == Some(&0)).count();
    let (first, second) = (zeros(|pair| pair.first()), zeros(|pair| pair.last()));
    let many = head.len() / 8;
    if second > many && first < second / 8 {
        Some("utf-16le")
    } else if first > many && second < first / 8 {
        Some("utf-16be")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], given: Option<&str>) -> (String, Vec<usize>) {
        let given = given.map(|name| Encoding::for_label(name.as_bytes()).unwrap());
        let decoded = decode("data/a.csv", bytes, given).unwrap();
        (decoded.text.into_owned(), decoded.misfits)
    }

    #[test]
    fn marks_and_names_decide_the_encoding() {
        assert_eq!(text(b"\xef\xbb\xbfa,\xc3\xa4", None).0, "a,ä");
        assert_eq!(text(b"\xff\xfea\0,\0", None).0, "a,");
        assert_eq!(text(b"\xfe\xff\0a\0,", None).0, "a,");
        assert_eq!(text(b"\xff\xfea\0", Some("utf-16le")).0, "a");
        assert_eq!(text(b"a\0", Some("utf-16le")).0, "a");
        assert_eq!(text(b"M\xfcller", Some("windows-1252")).0, "Müller");
        assert_eq!(text(b"", None).0, "");
    }

    #[test]
    fn bytes_that_do_not_fit_are_told_and_not_replaced_unseen() {
        let (decoded, misfits) = text(b"a,b\nM\xfcller,1\nx\xff,2\n", None);
        assert_eq!(misfits.len(), 2);
        for at in misfits {
            assert_eq!(decoded.get(at..).unwrap().chars().next(), Some('\u{fffd}'));
        }
        // A replacement character that the file itself holds is no misfit.
        assert!(text("a,\u{fffd}".as_bytes(), None).1.is_empty());
    }

    #[test]
    fn what_is_no_text_is_one_clear_error() {
        let message = |bytes: &[u8]| decode("data/a.csv", bytes, None).unwrap_err();
        assert!(message(b"PK\x03\x04\x14\0").message.contains("workbook or a ZIP archive"));
        assert!(message(b"id,amount\n1,\0\0\n").message.contains("zero bytes"));
        assert_eq!(
            message(b"i\0d\0,\0a\0m\0o\0u\0n\0t\0").help.as_deref(),
            Some("it looks like `encoding = \"utf-16le\"`")
        );
        let error = decode("data/a.csv", b"\xff\xfea\0", Some(encoding_rs::WINDOWS_1252)).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("write `encoding = \"utf-16le\"`, or leave it out"));
        assert_eq!(error.code, Code::BadEncoding);
    }
}
