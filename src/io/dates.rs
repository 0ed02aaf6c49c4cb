//! Dates as data files write them: formats such as `DD.MM.YYYY`, and texts read by them.
//!
//! A time of day is read and dropped, whether the format names it or not; the day stays the one that is written.

use chrono::{Datelike as _, NaiveDate};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// How a date is written.
#[derive(Clone, PartialEq, Eq)]
pub struct DateFormat {
    /// The format as the settings say it.
    pub text: Arc<str>,
    parts: Vec<Part>,
}

/// A part of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    MonthName,
    /// With at least so many digits.
    Month(usize),
    Day(usize),
    Hour,
    Minute,
    Second,
    Literal(char),
}

/// The tokens, longer ones before those that begin alike.
const TOKENS: [(&str, Part); 10] = [
    ("YYYY", Part::Year),
    ("YY", Part::ShortYear),
    ("MMM", Part::MonthName),
    ("MM", Part::Month(2)),
    ("M", Part::Month(1)),
    ("DD", Part::Day(2)),
    ("D", Part::Day(1)),
    ("hh", Part::Hour),
    ("mm", Part::Minute),
    ("ss", Part::Second),
];

/// Short names of the months, as `MMM` reads them in any case.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What whole names have behind the short ones: `MMM` reads both.
const WHOLE: [&str; 12] = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];

/// Why a text is no date of some formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoDate {
    /// It is written otherwise.
    Form,
    /// The calendar has no such day: 30 February.
    Day,
}

impl DateFormat {
    /// The format `YYYY-MM-DD`.
    pub(crate) fn iso() -> Self {
        let parts = vec![Part::Year, Part::Literal('-'), Part::Month(2), Part::Literal('-'), Part::Day(2)];
        Self { text: Arc::from("YYYY-MM-DD"), parts }
    }

    /// The format of a text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((token, part)) = TOKENS.iter().find(|(token, _)| rest.starts_with(token)) {
                parts.push(*part);
                rest = rest.strip_prefix(token).unwrap_or_default();
            } else if first.is_ascii_alphabetic() && !matches!(first, 'T' | 'Z') {
                return Err(format!("`{first}` stands for nothing in a date format"));
            } else {
                parts.push(Part::Literal(first));
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
        let once = |found: fn(&Part) -> bool| parts.iter().filter(|part| found(part)).count() == 1;
        let whole = once(|part| matches!(part, Part::Year | Part::ShortYear))
            && once(|part| matches!(part, Part::Month(_) | Part::MonthName))
            && once(|part| matches!(part, Part::Day(_)));
        if whole {
            Ok(Self { text: Arc::from(text), parts })
        } else {
            Err("a date format has a year, a month and a day, once each".to_owned())
        }
    }

    /// The text of a day, at midnight.
    pub(crate) fn write(&self, day: NaiveDate) -> String {
        let mut text = String::new();
        for part in &self.parts {
            text.push_str(&match part {
                Part::Year => format!("{:04}", day.year()),
                Part::ShortYear => format!("{:02}", day.year().rem_euclid(100)),
                Part::MonthName => {
                    let place = usize::try_from(day.month0()).unwrap_or(0);
                    MONTHS.get(place).copied().unwrap_or_default().to_owned()
                }
                Part::Month(least) => format!("{:0least$}", day.month(), least = *least),
                Part::Day(least) => format!("{:0least$}", day.day(), least = *least),
                Part::Hour | Part::Minute | Part::Second => "00".to_owned(),
                Part::Literal(sign) => sign.to_string(),
            });
        }
        text
    }

    /// The day of a text.
    pub(crate) fn read(&self, text: &str) -> Result<NaiveDate, NoDate> {
        let (mut rest, mut year, mut month, mut day) = (text, 0, 0, 0);
        let mut timed = false;
        for part in &self.parts {
            let fits = match part {
                Part::Year => digits(&mut rest, 4, 4).map(|n| year = n),
                Part::ShortYear => digits(&mut rest, 2, 2).map(|n| year = n.saturating_add(2000)),
                Part::MonthName => month_name(&mut rest).map(|n| month = n),
                Part::Month(least) => digits(&mut rest, *least, 2).map(|n| month = n),
                Part::Day(least) => digits(&mut rest, *least, 2).map(|n| day = n),
                Part::Hour => digits(&mut rest, 2, 2).filter(|n| *n <= 24).map(|_| timed = true),
                Part::Minute => digits(&mut rest, 2, 2).filter(|n| *n < 60).map(|_| timed = true),
                Part::Second => digits(&mut rest, 2, 2).filter(|n| *n <= 60).map(|_| {
                    timed = true;
                    fraction(&mut rest);
                }),
                Part::Literal(wanted) => rest.strip_prefix(*wanted).map(|after| rest = after),
            };
            fits.ok_or(NoDate::Form)?;
        }
        if !rest.is_empty() && (timed || !is_time(rest)) {
            return Err(NoDate::Form);
        }
        let year = i32::try_from(year).map_err(|_| NoDate::Day)?;
        NaiveDate::from_ymd_opt(year, month, day).filter(|_| year > 0).ok_or(NoDate::Day)
    }
}

impl fmt::Debug for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The day of a text, by the first format that fits.
///
/// # Errors
/// That none fits, or that the day does not exist.
pub(crate) fn read_date(formats: &[DateFormat], text: &str) -> Result<NaiveDate, NoDate> {
    let text = plain_digits(text);
    let mut problem = NoDate::Form;
    for format in formats {
        match format.read(&text) {
            Ok(day) => return Ok(day),
            Err(NoDate::Day) => problem = NoDate::Day,
            Err(NoDate::Form) => {}
        }
    }
    Err(problem)
}

/// The text of a date or a number with the digits of Arabic scripts written as 0 to 9, and without the marks that only turn the
/// direction of reading: spreadsheets in such scripts put them beside signs, where nobody sees them.
pub(crate) fn plain_digits(text: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        let value = match c {
            '\u{660}'..='\u{669}' => u32::from(c).checked_sub(0x660),
            '\u{6f0}'..='\u{6f9}' => u32::from(c).checked_sub(0x6f0),
            _ => None,
        };
        value.and_then(|n| char::from_digit(n, 10)).unwrap_or(c)
    };
    match without_marks(text) {
        Cow::Borrowed(text) if text.is_ascii() => Cow::Borrowed(text),
        text => Cow::Owned(text.chars().map(plain).collect()),
    }
}

/// The text without the marks that only turn the direction of reading, and without blanks that stood between them and its ends.
pub(crate) fn without_marks(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(is_mark) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_mark, "").trim().to_owned())
}

/// The marks of Unicode that say in which direction a text is read, and stand for nothing themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Takes a number of `least` to `most` digits from the front.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let found = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if found < least {
        return None;
    }
    let (number, after) = rest.split_at_checked(found)?;
    *rest = after;
    number.parse().ok()
}

/// Takes a month's name from the front, short or whole.
fn month_name(rest: &mut &str) -> Option<u32> {
    let (name, after) = rest.split_at_checked(3)?;
    let place = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month))?;
    let whole = WHOLE.get(place).copied().unwrap_or_default();
    let behind = after.split_at_checked(whole.len()).filter(|(behind, _)| behind.eq_ignore_ascii_case(whole));
    *rest = behind.map_or(after, |(_, after)| after);
    u32::try_from(place).ok()?.checked_add(1)
}

/// Takes `.123` from the front, if it is there.
fn fraction(rest: &mut &str) {
    if let Some(after) = rest.strip_prefix(['.', ',']).filter(|after| after.starts_with(|c: char| c.is_ascii_digit())) {
        *rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
}

/// Whether a text that follows a date is a time of day: ` 10:30`, `T10:30:00.000Z`, `, 9:05 PM`, `T08:00:00+02:00`.
fn is_time(text: &str) -> bool {
    let mut rest = text.trim_start_matches([',', ' ', 'T', 't']);
    let begins = rest.len() < text.len();
    let clock = digits(&mut rest, 1, 2).filter(|hour| *hour <= 24).and_then(|_| {
        rest = rest.strip_prefix(':')?;
        digits(&mut rest, 2, 2).filter(|minute| *minute < 60)
    });
    if let Some(after) = rest.strip_prefix(':') {
        rest = after;
        if digits(&mut rest, 2, 2).is_none_or(|second| second > 60) {
            return false;
        }
        fraction(&mut rest);
    }
    begins && clock.is_some() && is_zone(rest.trim_start())
}

/// Whether a text is what may follow a time: nothing, half of the day, a zone.
fn is_zone(text: &str) -> bool {
    let half = ["AM", "PM"].iter().any(|half| text.eq_ignore_ascii_case(half));
    let offset = text.strip_prefix(['+', '-']).is_some_and(|zone| {
        let figures = zone.bytes().filter(u8::is_ascii_digit).count();
        (2..=4).contains(&figures) && zone.bytes().all(|b| b.is_ascii_digit() || b == b':')
    });
    half || offset || text.is_empty() || matches!(text, "Z" | "UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Result<String, NoDate> {
        read_date(&[DateFormat::new(format).unwrap()], text).map(|day| day.to_string())
    }

    #[test]
    fn every_token_is_read() {
        let cases = [
            ("YYYY-MM-DD", "2026-01-31", "2026-01-31"),
            ("DD.MM.YYYY", "31.01.2026", "2026-01-31"),
            ("M/D/YY", "1/3/26", "2026-01-03"),
            ("M/D/YYYY", "12/31/2026", "2026-12-31"),
            ("DD-MMM-YYYY", "05-jan-2026", "2026-01-05"),
            ("YYYYMMDD", "20260105", "2026-01-05"),
            ("YYYY-MM-DD hh:mm:ss", "2011-05-31 00:00:00", "2011-05-31"),
            ("YYYY-MM-DD hh:mm:ss", "2011-05-31 23:59:59.997", "2011-05-31"),
            ("YYYY-MM-DD", "2026-01-05T23:30:00Z", "2026-01-05"),
            ("YYYY-MM-DD", "2026-01-05T23:30:00.000+02:00", "2026-01-05"),
            ("DD/MM/YYYY", "05/01/2026 9:05 PM", "2026-01-05"),
            ("M/D/YYYY", "1/5/2026, 9:05:30\u{202f}PM", "2026-01-05"),
            ("MMM D, YYYY", "January 5, 2026", "2026-01-05"),
            ("D MMM YYYY", "5 SEPTEMBER 2026", "2026-09-05"),
            ("MMM D, YYYY", "may 5, 2026", "2026-05-05"),
            ("YYYY-MM-DD", "٢٠٢٦-٠١-٠٥", "2026-01-05"),
            ("DD/MM/YYYY", "٠٥\u{200f}/٠١\u{200f}/٢٠٢٦", "2026-01-05"),
            ("DD/MM/YYYY", "\u{202b}05/01/2026 \u{202c}", "2026-01-05"),
            ("YYYY-MM-DD", "\u{2066}2026-01-05\u{2069}", "2026-01-05"),
        ];
        for (format, text, day) in cases {
            assert_eq!(read(format, text).as_deref(), Ok(day), "{format} {text}");
        }
    }

    #[test]
    fn no_such_day_is_told_from_another_form() {
        assert_eq!(read("DD.MM.YYYY", "30.02.2026"), Err(NoDate::Day));
        assert_eq!(read("YYYY-MM-DD", "0000-01-01"), Err(NoDate::Day));
        assert_eq!(read("D MMM YYYY", "5 Janu 2026"), Err(NoDate::Form));
        assert_eq!(read("YYYY-MM-DD", "2026-01-05, 10"), Err(NoDate::Form));
        for text in [
            "2026-02-03",
            "3.2.2026",
            "03.02.26",
            "03.02.2026x",
            "03.02.2026 25:00",
            "",
            "03.02.2026 10:3",
            "\u{200f}",
            "03.02.\u{200b}2026",
        ] {
            assert_eq!(read("DD.MM.YYYY", text), Err(NoDate::Form), "{text}");
        }
    }

    #[test]
    fn formats_are_tried_in_order() {
        let formats = [DateFormat::new("DD/MM/YYYY").unwrap(), DateFormat::new("MM/DD/YYYY").unwrap()];
        assert_eq!(read_date(&formats, "03/04/2026").unwrap().to_string(), "2026-04-03");
        assert_eq!(read_date(&formats, "03/14/2026").unwrap().to_string(), "2026-03-14");
    }

    #[test]
    fn a_format_without_a_day_or_with_other_letters_is_refused() {
        assert!(DateFormat::new("YYYY-MM").is_err());
        assert!(DateFormat::new("yyyy-MM-DD").unwrap_err().contains("`y`"));
        assert!(DateFormat::new("YYYY-MM-DD YYYY").is_err());
        assert_eq!(DateFormat::iso(), DateFormat::new("YYYY-MM-DD").unwrap());
    }
}
