//! A problem as a value: what is wrong, where, what was expected, the nearest right name.
//!
//! Terminal, JSON and page are views of this one value. Text spans are byte ranges of a source that the caller
//! holds; the views turn them into lines and columns.

use std::fmt;
use std::sync::Arc;

/// A range of bytes in a text file: `start` included, `end` excluded, both on character boundaries.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Path in the project folder, with `/`.
    pub file: Arc<str>,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Span {
    /// The span from the start of `self` to the end of `other`, in the file of `self`.
    #[must_use]
    pub fn to(&self, other: &Self) -> Self {
        Self { file: Arc::clone(&self.file), start: self.start, end: self.end.max(other.end) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}..{}]", self.file, self.start, self.end)
    }
}

/// A cell of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Path of the data file.
    pub file: Arc<str>,
    /// Line in the file, from 1, the header being line 1 where there is one. For a quoted cell that spans lines, its row's first line.
    pub row: u64,
    /// Header of the column, or its name in the settings; empty for the row as a whole.
    pub column: String,
    /// The value as it stands in the file, shortened to 80 characters.
    pub value: String,
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In no one place: the command line, the project as a whole.
    None,
    /// A file as a whole: it is missing, or cannot be read.
    File(Arc<str>),
    /// In a text: a script or `earnmark.toml`.
    Text(Span),
    /// In a data file.
    Cell(Cell),
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is paid until it is mended.
    Error,
    /// It is paid as written; look whether it is meant.
    Warning,
}

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $word:literal $number:expr;)*) => {
        /// What kind of problem it is. The word is stable; it is what tests, scripts and settings name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $doc] $name,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable word: `unknown-setting`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What is wrong, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $doc,)* }.trim_ascii()
            }

            /// The short number of the codes of plans: `E01`.
            #[must_use]
            pub fn number(self) -> Option<&'static str> {
                match self { $(Self::$name => $number,)* }
            }
        }
    };
}

codes! {
    /// The script is not Rhai.
    Syntax = "syntax" None;
    /// A declaration that does not exist.
    UnknownDeclaration = "unknown-declaration" Some("E01");
    /// A setting that its declaration or table does not list.
    UnknownSetting = "unknown-setting" Some("E01");
    /// A name that nothing declares.
    UnknownName = "unknown-name" Some("E01");
    /// A column or field that the project does not have.
    UnknownField = "unknown-field" Some("E01");
    /// A function that does not exist.
    UnknownFunction = "unknown-function" Some("E01");
    /// A text that a column's listed values do not have.
    UnknownValue = "unknown-value" Some("E01");
    /// A module that is not in the plan folder.
    UnknownModule = "unknown-module" Some("E01");
    /// A required setting is missing.
    MissingSetting = "missing-setting" Some("E02");
    /// Two settings that exclude each other.
    ConflictingSettings = "conflicting-settings" Some("E02");
    /// A setting of the wrong type.
    WrongType = "wrong-type" Some("E03");
    /// Kinds that do not go together in a formula.
    MixedKinds = "mixed-kinds" Some("E04");
    /// An `if` without `else`, a `switch` without `_`.
    MissingElse = "missing-else" Some("E04");
    /// An optional value that is read without `??`.
    MaybeMissing = "maybe-missing" Some("E05");
    /// A name that has no value in this place.
    NotHere = "not-here" Some("E05");
    /// A construct that plans do not have: loops, assignments, recursion.
    Forbidden = "forbidden" Some("E06");
    /// A formula or script over the limits of size or depth.
    TooComplex = "too-complex" Some("E06");
    /// A name that is used twice.
    DuplicateName = "duplicate-name" Some("E07");
    /// No `plan`, two of them, or a declaration before it.
    PlanFirst = "plan-first" Some("E07");
    /// Two versions of a plan hold on the same day.
    PlanOverlap = "plan-overlap" Some("E07");
    /// A table that does not start at zero.
    TierStart = "tier-start" Some("E10");
    /// Boundaries out of order, or repeated.
    TierOrder = "tier-order" Some("E11");
    /// Boundaries of another kind than the measure.
    TierKind = "tier-kind" Some("E12");
    /// A grid or lookup that is not complete.
    TableShape = "table-shape" Some("E13");
    /// A rate that does not fit what it is paid on.
    WrongRate = "wrong-rate" Some("E14");
    /// Parts that do not total 100 %.
    PartsTotal = "parts-total" Some("E15");
    /// A limit, date or period that contradicts another.
    BadLimit = "bad-limit" Some("E16");
    /// A circle between plans.
    Circle = "circle" Some("E17");
    /// A constant that cannot be computed.
    BadConstant = "bad-constant" Some("E18");
    /// A table or gate under which one more sale lowers pay.
    PayFalls = "pay-falls" Some("W01");
    /// Pay that jumps at a boundary.
    Cliff = "cliff" Some("W02");
    /// Something declared that nothing reads.
    Unused = "unused" Some("W03");
    /// A gate or filter that is always or never true, a branch that nothing reaches.
    ConstantCondition = "constant-condition" Some("W04");
    /// A plan, component, tier, gate or clawback rule that no test reaches.
    Untested = "untested" Some("W05");
    /// Deals of a measure on which no component pays, by their filters.
    FilterGap = "filter-gap" Some("W06");
    /// Deals of a measure on which two commissions pay, by their filters.
    FilterOverlap = "filter-overlap" Some("W06");
    /// `round` outside a quota formula, or a percent that is rounded as the fraction that it is.
    EarlyRound = "early-round" Some("W07");
    /// A top tier without a cap, or a SPIFF without a budget; off unless `check.on` names it.
    NoLimit = "no-limit" Some("W08");
    /// A clawback rule that is over before anything is payable.
    EarlyClawback = "early-clawback" Some("W09");
    /// Days between two clawback rules on which neither holds.
    ClawbackGap = "clawback-gap" Some("W09");
    /// A formula that restates earlier deals with each new one.
    Restates = "restates" Some("W10");
    /// A draw and a guarantee for the same days.
    DrawAndGuarantee = "draw-and-guarantee" Some("W11");
    /// Something said for a deal where each invoice or payment counts by itself.
    EachPayment = "each-payment" Some("W12");
    /// A text that a plan compares with and the data write otherwise.
    NearValue = "near-value" Some("W13");
    /// A pool, or a part of one, that is paid to nobody.
    ReachesNobody = "reaches-nobody" Some("W14");
    /// An objective without a score in a period that is over.
    MissingScore = "missing-score" Some("W15");
    /// An amount that is paid for a credit below zero.
    PaidReturn = "paid-return" Some("W16");
    /// Years of service of a payee who has no start.
    MissingStart = "missing-start" Some("W17");
    /// A source that gives nothing: its filter takes no row, it names no file, or there is none for what a plan waits for.
    NoRows = "no-rows" Some("W18");
    /// Days between two rows of quotas that none of them holds: they have no quota.
    QuotaGap = "quota-gap" Some("W19");
    /// Rows of quotas that are not read, for the plan says the quota itself.
    UnreadQuota = "unread-quota" Some("W20");
    /// Deals that are given back under a plan without a clawback rule, or under one that counts from a day they do not have.
    NoClawbackRule = "no-clawback-rule" Some("W21");
    /// Plans that one payee is on at once and that say different things of settlement.
    PlansDiffer = "plans-differ" Some("W22");
    /// Events that change nothing: paid for above the deal's amount, written off beyond what is open, reinstated without a cause.
    IdleEvent = "idle-event" Some("W23");
    /// A total that is given, of a period that is over, and that nobody gave.
    MissingTotal = "missing-total" Some("W24");
    /// A factor below zero, or of 10 and more.
    OddFactor = "odd-factor" Some("W25");
    /// Ids of payees or deals that differ by case or blanks alone.
    AlikeIds = "alike-ids" Some("W26");
    /// An allowance that allows nothing.
    NoEffect = "no-effect" None;

    /// `earnmark.toml` is not TOML, or a setting of it is wrong.
    BadSetting = "bad-setting" None;
    /// `format` names a newer version than this program knows.
    NewerFormat = "newer-format" None;
    /// A calendar whose years have impossible lengths.
    BadCalendar = "bad-calendar" None;
    /// A date that the calendar does not cover.
    OutsideCalendar = "outside-calendar" None;
    /// A path that leaves the project's folder.
    PathOutside = "path-outside" None;
    /// A column that a plan reads and nothing maps.
    UnmappedColumn = "unmapped-column" None;
    /// A file that is not there.
    NoFile = "no-file" None;
    /// A file without the header that it should have.
    NoHeader = "no-header" None;
    /// A column that the mapping names and the file lacks.
    MissingColumn = "missing-column" None;
    /// A row with more or fewer fields than the header.
    RowLength = "row-length" None;
    /// A file with nothing in it.
    EmptyFile = "empty-file" None;
    /// A file that is not text, and is called as if it were.
    NotText = "not-text" None;
    /// Files in which no table of deals is recognised.
    NoDeals = "no-deals" None;
    /// Bytes that are not text in the file's encoding.
    BadEncoding = "bad-encoding" None;
    /// A file that is damaged, or of another format than its name says.
    BadFile = "bad-file" None;
    /// Text that is not a date.
    BadDate = "bad-date" None;
    /// Text that is not a number.
    BadNumber = "bad-number" None;
    /// Text that the column does not take.
    BadValue = "bad-value" None;
    /// Nothing where something is needed.
    Blank = "blank" None;
    /// Text that is not a currency code.
    BadCurrency = "bad-currency" None;
    /// A payee that the payees file lacks.
    UnknownPayee = "unknown-payee" None;
    /// A deal that the deals file lacks.
    UnknownDeal = "unknown-deal" None;
    /// A plan that no script declares.
    UnknownPlan = "unknown-plan" None;
    /// A measure that no plan declares.
    UnknownMeasure = "unknown-measure" None;
    /// An objective that no plan has.
    UnknownObjective = "unknown-objective" None;
    /// An id that stands twice with different values.
    DuplicateId = "duplicate-id" None;
    /// Two ranges of one thing that share a day.
    OverlappingRange = "overlapping-range" None;
    /// Shares that do not total 100 %.
    SharesTotal = "shares-total" None;
    /// An event before its deal.
    EarlyEvent = "early-event" None;
    /// Two rows that a join could mean.
    AmbiguousJoin = "ambiguous-join" None;
    /// An exchange rate that is needed and not there.
    MissingRate = "missing-rate" None;
    /// A quota that is needed and not there.
    MissingQuota = "missing-quota" None;
    /// A quota for a period of another length than the measure's.
    QuotaPeriod = "quota-period" None;
    /// A payee field that a plan reads and nothing gives.
    MissingField = "missing-field" None;
    /// A date that a measure counts by and the deal lacks.
    MissingDate = "missing-date" None;
    /// Credit against a quota of zero.
    ZeroQuota = "zero-quota" None;
    /// A circle of managers.
    ManagerCircle = "manager-circle" None;
    /// Text over the limit of its column.
    TooLong = "too-long" None;
    /// A division by zero in a formula.
    DivisionByZero = "division-by-zero" None;
    /// A result that does not fit in 28 digits.
    Overflow = "overflow" None;
    /// A test of a plan whose figure is not as expected.
    TestFailed = "test-failed" None;
    /// A period that is closed, asked to be closed with something else.
    AlreadyClosed = "already-closed" None;
    /// A period that is not the open one.
    NotOpen = "not-open" None;
    /// Payout periods of another kind than those that are closed.
    ChainTooLong = "chain-too-long" None;
    /// A day of knowledge before that of the last close.
    AsOfEarlier = "as-of-earlier" None;
    /// Rows that the last close knew and a complete export no longer has.
    RowsVanished = "rows-vanished" None;
    /// A difference that must be told and was not.
    NotTold = "not-told" None;
    /// A ledger that cannot be read or written now.
    LedgerLocked = "ledger-locked" None;
    /// A ledger whose rows are not as they were written.
    LedgerDamaged = "ledger-damaged" None;
    /// An account that a posting needs and the project does not name.
    MissingAccount = "missing-account" None;
    /// A payee, deal or period that was asked for and is not there.
    NotFound = "not-found" None;
    /// An identity of the results does not hold: a fault of the engine, never of the user.
    Internal = "internal" None;
}

impl Code {
    /// Whether it is a warning by itself: a script may allow it, a project may make it an error or silence it.
    #[must_use]
    pub fn is_warning(self) -> bool {
        self == Self::NoEffect || self.number().is_some_and(|number| number.starts_with('W'))
    }

    /// Whether it is a warning that scripts alone do not show: it is found when plans and facts are worked.
    #[must_use]
    pub fn is_of_a_run(self) -> bool {
        matches!(
            self,
            Self::NearValue
                | Self::NoRows
                | Self::ReachesNobody
                | Self::MissingScore
                | Self::MissingTotal
                | Self::PaidReturn
                | Self::MissingStart
                | Self::QuotaGap
                | Self::UnreadQuota
                | Self::NoClawbackRule
                | Self::PlansDiffer
        )
    }

    /// Whether it is told only where a project asks for it, `check.on`.
    #[must_use]
    pub fn is_off_by_itself(self) -> bool {
        self == Self::NoLimit
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A further place that belongs to the problem, with what to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there, lower case, no full stop.
    pub text: String,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// The problem in one line that is enough alone: lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// What to say at the place itself.
    pub label: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
    /// What would happen if it were let through.
    pub why: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// More of the same: "2 more deals fail in the same way".
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// An error without a place.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: Place::None,
            label: None,
            labels: Vec::new(),
            why: None,
            help: None,
            notes: Vec::new(),
        }
    }

    /// A warning without a place.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// At a place in a text.
    #[must_use]
    pub fn at(mut self, span: &Span) -> Self {
        self.place = Place::Text(span.clone());
        self
    }

    /// In a file as a whole.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.place = Place::File(Arc::from(file));
        self
    }

    /// At a cell of a data file.
    #[must_use]
    pub fn in_cell(mut self, cell: Cell) -> Self {
        self.place = Place::Cell(cell);
        self
    }

    /// With a word at the place itself.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// With a further place.
    #[must_use]
    pub fn also(mut self, span: &Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span: span.clone(), text: text.into() });
        self
    }

    /// With what would happen otherwise.
    #[must_use]
    pub fn why(mut self, text: impl Into<String>) -> Self {
        self.why = Some(text.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With a further remark.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
}

/// The name of `names` that `wrong` most likely means, if one is near enough to say so.
#[must_use]
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong_lower = wrong.to_lowercase();
    let limit = wrong.chars().count().checked_div(3).unwrap_or_default().max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong_lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("amout", ["account", "amount", "cost"]), Some("amount"));
        assert_eq!(nearest("raet", ["rate", "per"]), Some("rate"));
        assert_eq!(nearest("Amount", ["amount"]), Some("amount"));
        assert_eq!(nearest("zebra", ["amount", "cost"]), None);
        assert_eq!(nearest("rate", ["name", "role"]), None);
    }

    #[test]
    fn words_are_unique() {
        let mut words: Vec<_> = Code::ALL.iter().map(|c| c.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
