//! What stands behind a dot: columns of deals, fields of payees, figures of measures, units of figures.

use super::{Elaborator, HUNDRED, list_of};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::domain::facts::{deal_column, payee_field};
use crate::domain::value::{Column, Duration};
use crate::plan::formula::{Builtin, EventField, Figure, Op, PeriodField, Read, Scalar};
use crate::plan::kind::Kind;
use crate::plan::scope::{Param, Term, Typed};
use crate::plan::syntax::{Name, Node};

impl Elaborator<'_> {
    pub(super) fn field(&mut self, of: &Node, name: &Name, span: &Span) -> Term {
        let base = self.term(of);
        Term::Typed(match base {
            Term::Param(Param::Deal) => self.deal_column(name, span),
            Term::Param(Param::Payee) => self.payee_field(name, span),
            Term::Param(Param::Period) => self.period_field(name, span),
            Term::Param(Param::Event) => self.event_field(name, span),
            Term::Measure(place) => self.figure(place, name, span),
            Term::Sum(place) => self.sum_figure(place, name, span),
            Term::Component(place) => self.earned(place, name, span),
            Term::Param(Param::Credit | Param::Quota) => {
                let figure = self.typed(of);
                self.unit(&figure, name, span)
            }
            Term::Typed(typed) if typed.kind == Kind::Date => self.date_part(typed, name, span),
            Term::Typed(typed) => self.unit(&typed, name, span),
            Term::Wrong => return Term::Wrong,
            other => {
                let message = format!("{} has no `{}`", other.describe(), name.text);
                let help = "columns stand behind `deal`, fields behind `payee`, figures behind a measure";
                self.report(Diagnostic::error(Code::UnknownField, message).at(&name.span).help(help))
            }
        })
    }

    pub(in crate::plan) fn unknown_field(&mut self, what: &str, name: &Name, known: &[&str]) -> Typed {
        let mut finding =
            Diagnostic::error(Code::UnknownField, format!("{what} has no `{}`", name.text)).at(&name.span);
        finding = match nearest(&name.text, known.iter().copied()) {
            Some(near) => finding.label(format!("did you mean `{near}`?")),
            None if known.is_empty() => finding.help("nothing stands behind it"),
            None => {
                let there = format!("there are {}", list_of(known.iter().copied()));
                finding.help(match own_table(what) {
                    Some(table) => format!(
                        "{there}; one of the project's own is declared in earnmark.toml: `columns.{table}.{} = \"text\"`, \
                         or of another type",
                        name.text
                    ),
                    None => there,
                })
            }
        };
        self.report(finding)
    }

    pub(super) fn column(&mut self, read: Read, column: &Column, maybe: bool, span: &Span) -> Typed {
        let typed = Typed::new(Op::Read(read), column.kind.into(), span);
        Typed { maybe, values: column.values.clone(), ..typed }
    }

    pub(super) fn deal_column(&mut self, name: &Name, span: &Span) -> Typed {
        let schema = self.schema;
        let columns: Vec<&str> = schema.deals.names().filter(|known| *known != "recorded").collect();
        let found = schema.deals.position(&name.text).filter(|place| *place != deal_column::RECORDED);
        let Some((place, column)) = found.and_then(|place| Some((place, schema.deals.get(place)?))) else {
            return self.unknown_field("a deal", name, &columns);
        };
        let counted = self.here.and_then(|here| here.when);
        let may_be_blank = [
            deal_column::CLOSED,
            deal_column::BOOKED,
            deal_column::STARTS,
            deal_column::ENDS,
            deal_column::CURRENCY,
            deal_column::PARENT,
        ];
        // Days of the term may be blank, but where the project says that they are not.
        let said = column.declared && [deal_column::STARTS, deal_column::ENDS].contains(&place);
        let blank = column.optional || (may_be_blank.contains(&place) && counted != Some(place) && !said);
        self.column(Read::Deal(place), column, blank && column.default.is_none(), span)
    }

    pub(super) fn payee_field(&mut self, name: &Name, span: &Span) -> Typed {
        let schema = self.schema;
        let fields: Vec<&str> = schema.payees.names().filter(|known| *known != "recorded").collect();
        let found = schema.payees.position(&name.text).filter(|place| *place != payee_field::RECORDED);
        let Some((place, column)) = found.and_then(|place| Some((place, schema.payees.get(place)?))) else {
            return self.unknown_field("a payee", name, &fields);
        };
        let blank = if column.declared { column.optional } else { place != payee_field::ID };
        self.column(Read::Payee(place), column, blank && column.default.is_none(), span)
    }

    pub(super) fn period_field(&mut self, name: &Name, span: &Span) -> Typed {
        let words = PeriodField::WORDS.map(|(word, _)| word);
        let Some((_, field)) = PeriodField::WORDS.into_iter().find(|(word, _)| *word == &*name.text) else {
            return self.unknown_field("a period", name, &words);
        };
        let kind = match field {
            PeriodField::Name => Kind::Text,
            PeriodField::Start | PeriodField::End => Kind::Date,
            PeriodField::ActiveShare => Kind::Percent,
            PeriodField::Number | PeriodField::Days | PeriodField::ActiveDays | PeriodField::ServiceMonth => {
                Kind::Number
            }
        };
        Typed::new(Op::Read(Read::Period(field)), kind, span)
    }

    pub(super) fn event_field(&mut self, name: &Name, span: &Span) -> Typed {
        let schema = self.schema;
        let standard = EventField::WORDS.into_iter().find(|(word, _)| *word == &*name.text);
        if let Some((_, field)) = standard {
            let (kind, maybe) = match field {
                EventField::Date => (Kind::Date, false),
                EventField::Amount => (Kind::Money, !self.here.is_some_and(|here| here.event_amount)),
                EventField::Number => (Kind::Text, true),
                EventField::Kind | EventField::Column(_) => (Kind::Text, false),
            };
            let values = match field {
                EventField::Kind => self.event_kinds(),
                _ => Vec::new(),
            };
            return Typed { maybe, values, ..Typed::new(Op::Read(Read::Event(field)), kind, span) };
        }
        let found = schema.events.position(&name.text).and_then(|place| Some((place, schema.events.get(place)?)));
        let Some((place, column)) = found else {
            let words = EventField::WORDS.into_iter().map(|(word, _)| word);
            let known: Vec<&str> = words.chain(schema.events.names()).collect();
            return self.unknown_field("an event", name, &known);
        };
        let blank = column.optional && column.default.is_none();
        self.column(Read::Event(EventField::Column(place)), column, blank, span)
    }

    pub(super) fn figure(&mut self, place: usize, name: &Name, span: &Span) -> Typed {
        if &*name.text == "rank_in" {
            return self.rank_in(&Term::Measure(place), &[], span);
        }
        let words: Vec<&str> = Figure::WORDS.iter().map(|(word, _)| *word).chain(["rank_in"]).collect();
        let Some((word, figure)) = Figure::WORDS.into_iter().find(|(word, _)| *word == &*name.text) else {
            return self.unknown_field("a measure", name, &words);
        };
        if !self.figure_is_known("a measure", figure, word, span) {
            return Typed::wrong(span);
        }
        let Some(measure) = self.measures.get_mut(place) else {
            return Typed::wrong(span);
        };
        measure.quota_read |= figure.reads_quota();
        let kind = figure.kind(measure.unit);
        Typed::new(Op::Read(Read::Measure(place, figure)), kind, span)
    }

    /// Whether a figure is known where this formula stands; else it is reported.
    pub(in crate::plan) fn figure_is_known(&mut self, of: &str, figure: Figure, word: &str, span: &Span) -> bool {
        if self.here.is_some_and(|here| here.figures && (here.per_deal || !figure.is_before())) {
            return true;
        }
        let message = format!("`{word}` of {of} is not known in this formula");
        let help = match figure {
            _ if self.here.is_none() => "it is not yet known where the plan is read: write a formula, `|| …`",
            _ if self.here.is_some_and(|here| !here.figures) => {
                "figures of a measure are known in what a component pays, not in what a measure credits"
            }
            Figure::TotalBefore => "it is known where a deal is: here read `total`",
            _ => "it is known where a deal is: here read `attainment`",
        };
        self.report(Diagnostic::error(Code::NotHere, message).at(span).help(help));
        false
    }

    /// `new_business.earned`
    fn earned(&mut self, place: usize, name: &Name, span: &Span) -> Typed {
        if &*name.text != "earned" {
            return self.unknown_field("a component", name, &["earned"]);
        }
        if self.here.is_some_and(|here| here.figures && !here.per_deal) {
            return Typed::new(Op::Read(Read::Earned(place)), Kind::Money, span);
        }
        let message = "what a component earned is not known in this formula";
        let finding = Diagnostic::error(Code::NotHere, message).at(span);
        self.report(finding.help("it is known for the period: in `only_if`, in what a bonus pays, in the `multiplier` of a bonus or an override"))
    }

    pub(super) fn date_part(&mut self, of: Typed, name: &Name, span: &Span) -> Typed {
        let builtin = match &*name.text {
            "year" => Builtin::Year,
            "month" => Builtin::Month,
            "day" => Builtin::Day,
            _ => return self.unknown_field("a date", name, &["year", "month", "day"]),
        };
        let of = self.must_be_there(of);
        self.fold(Op::Call(builtin, vec![of.expr]), Kind::Number, span)
    }

    /// `4.pct`, `90.days`, `500.EUR`: the unit of a figure.
    pub(super) fn unit(&mut self, of: &Typed, name: &Name, span: &Span) -> Typed {
        if of.kind == Kind::Wrong {
            return Typed::wrong(span);
        }
        let Some(Scalar::Decimal(figure)) = of.known().filter(|_| matches!(of.kind, Kind::Bare | Kind::Loose)) else {
            return self.unknown_field(&of.kind.to_string(), name, &[]);
        };
        match &*name.text {
            "pct" => match figure.checked_div(HUNDRED) {
                Some(fraction) => Typed::constant(Scalar::Decimal(fraction), Kind::Percent, span),
                None => Typed::wrong(span),
            },
            unit @ ("days" | "months") => {
                let Some(count) = i64::try_from(*figure).ok().filter(|_| figure.fract().is_zero()) else {
                    let message = format!("{unit} are whole: `{figure}` is not");
                    let finding = Diagnostic::error(Code::WrongType, message).at(span);
                    return self.report(finding.help("write a whole figure: `90.days`, `6.months`"));
                };
                let length = if unit == "days" { Duration::Days(count) } else { Duration::Months(count) };
                Typed::constant(Scalar::Duration(length), Kind::Duration, span)
            }
            code => match Currency::from_code(code) {
                // The plan's own money, where a bare figure would be a number: `deal.quantity * 8.USD`.
                Some(currency) if self.here.is_some() && Some(currency) == self.currency => {
                    Typed::constant(Scalar::Decimal(*figure), Kind::Money, span)
                }
                Some(_) if self.here.is_some() => {
                    let message = format!("an amount in {code} stands only where a setting takes an amount");
                    let finding = Diagnostic::error(Code::NotHere, message).at(span);
                    self.report(finding.help("write the amount in the plan's currency, without a unit"))
                }
                Some(_) if self.module.is_some() => {
                    let message = format!("an amount in {code} stands only where a setting takes an amount");
                    let finding = Diagnostic::error(Code::NotHere, message).at(span);
                    self.report(finding.help("write it in the plan: a module does not know the plan's currency"))
                }
                Some(currency) => {
                    let amount = Typed::constant(Scalar::Decimal(*figure), Kind::Money, span);
                    Typed { currency: (Some(currency) != self.currency).then_some(currency), ..amount }
                }
                None => self.unknown_field("a figure", name, &["pct", "days", "months"]),
            },
        }
    }
}

/// The table of `[columns]` that declares what something has.
fn own_table(what: &str) -> Option<&'static str> {
    match what {
        "a deal" => Some("deals"),
        "a payee" => Some("payees"),
        "an event" => Some("events"),
        _ => None,
    }
}
