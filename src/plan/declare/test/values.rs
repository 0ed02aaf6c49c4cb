//! The values of a test: texts, days, periods, amounts, and cells typed by the columns of the schema.

use super::dealt::Dealt;
use super::{Writing, with_nearest};
use crate::domain::calendar::{Period, PeriodKind};
use crate::domain::currency::Currency;
use crate::domain::diagnostic::{Code, Diagnostic, Span};
use crate::domain::facts::{EVENT_KINDS, deal_column, payee_field};
use crate::domain::value::{Column, ColumnType, Columns, Value, WrittenIn};
use crate::plan::elaborate::Elaborator;
use crate::plan::formula::Scalar;
use crate::plan::kind::{Kind, Wanted};
use crate::plan::model::{Amount, Filled, TestAction, TestDeal, TestShare, Unit};
use crate::plan::scope::Term;
use crate::plan::syntax::{Name, Node, NodeKind};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// How many deals one line makes.
const MOST_DEALS: u32 = 10_000;

impl Elaborator<'_> {
    pub(super) fn text_of(&mut self, node: &Node) -> Option<Arc<str>> {
        match self.wanted(node, Wanted::Text).known() {
            Some(Scalar::Text(text)) => Some(Arc::clone(text)),
            _ => None,
        }
    }

    pub(super) fn decimal_of(&mut self, node: &Node, wanted: Wanted) -> Option<Decimal> {
        match self.wanted(node, wanted).known() {
            Some(Scalar::Decimal(figure)) => Some(*figure),
            _ => None,
        }
    }

    fn day_of(&mut self, node: &Node) -> Option<NaiveDate> {
        let typed = self.needed(node);
        if typed.kind == Kind::Wrong || typed.day().is_some() {
            return typed.day();
        }
        let finding = Diagnostic::error(Code::WrongType, "a day is wanted here").at(&node.span);
        self.report(finding.help(typed.help_for_a_day()));
        None
    }

    /// A period by its label: of the calendar, a payee's year by its first day, or `plan`.
    pub(super) fn test_period(&mut self, node: &Node) -> Option<Period> {
        let label = self.text_of(node)?;
        if let Some(plan) = self.plan.as_ref().filter(|_| &*label == "plan") {
            return Some(Period::of_plan(plan.from, plan.to));
        }
        let start = label.strip_suffix("+1y").and_then(|start| start.parse().ok());
        if let Some(year) = start.and_then(|start| Period::anniversary(start, start).ok()) {
            return Some(year);
        }
        match self.calendar.parse(&label) {
            Ok(period) => Some(period),
            Err(error) => {
                let finding = Diagnostic::error(Code::BadLimit, error.to_string()).at(&node.span);
                self.report(finding.help("write a period of the calendar: `\"2026-Q1\"`"));
                None
            }
        }
    }

    /// A period that payout periods of the plan lie in.
    pub(super) fn paid_period(&mut self, node: &Node) -> Option<Period> {
        let period = self.test_period(node)?;
        let payout = self.plan.as_ref().map(|plan| plan.payout.clone())?;
        if period.kind != PeriodKind::Plan && self.calendar.is_longer(&payout, &period.kind) {
            let message = format!("the plan pays by {payout}: no payout period lies in `{}`", period.label);
            let right = self.calendar.period_of(&payout, period.from).ok();
            let help =
                right.map_or_else(|| "write \"plan\"".to_owned(), |right| format!("write `\"{}\"`", right.label));
            self.report(Diagnostic::error(Code::BadLimit, message).at(&node.span).help(help));
            return None;
        }
        Some(period)
    }

    /// An amount, `500` or `500.EUR`, of a measure by its place; units have no currency. With where it stands.
    pub(super) fn amount_of(&mut self, node: &Node, own: Option<usize>) -> Option<(Amount, Span)> {
        if self.unit_at(own) == Unit::Number {
            let figure = self.decimal_of(node, Wanted::Number)?;
            return Some((Amount::plain(figure), node.span.clone()));
        }
        self.money_of(node).map(|amount| (amount, node.span.clone()))
    }

    /// `500`, `500.EUR`
    fn money_of(&mut self, node: &Node) -> Option<Amount> {
        if let NodeKind::Field(of, unit) = &node.kind
            && let Some(currency) = Currency::from_code(&unit.text)
        {
            let figure = self.decimal_of(of, Wanted::Money)?;
            return Some(Amount { figure, currency: Some(currency) });
        }
        self.decimal_of(node, Wanted::Money).map(Amount::plain)
    }

    /// How many deals alike.
    pub(super) fn count_of(&mut self, node: &Node) -> Option<u32> {
        let count = self.decimal_of(node, Wanted::Number)?;
        let whole = u32::try_from(count).ok().filter(|_| count.fract().is_zero());
        if let Some(whole) = whole.filter(|whole| (1..=MOST_DEALS).contains(whole)) {
            return Some(whole);
        }
        let finding = Diagnostic::error(Code::WrongType, format!("`{count}` is no number of deals")).at(&node.span);
        self.report(finding.help(format!("write a whole figure from 1 to {MOST_DEALS}")));
        None
    }

    /// The settings in `#{ … }`.
    fn map_of(&mut self, node: &Node, example: &str) -> Option<Vec<(Name, Node)>> {
        match self.term(node) {
            Term::Map(entries) => Some(entries),
            Term::Wrong => None,
            other => {
                let message = format!("`#{{ … }}` is wanted here, not {}", other.describe());
                self.report(Diagnostic::error(Code::WrongType, message).at(&node.span).help(example));
                None
            }
        }
    }

    /// Fields of a payee.
    pub(super) fn fields_of(&mut self, node: &Node, writing: &Writing) -> Option<Vec<Filled>> {
        let entries = self.map_of(node, "write `t.set(#{ start: \"2026-02-15\" })`")?;
        let schema = self.schema;
        let known: Vec<&str> = known_names(&schema.payees, &[payee_field::ID, payee_field::RECORDED]);
        let mut filled = Some(Vec::new());
        for (name, value) in entries {
            let found = schema.payees.position(&name.text).filter(|_| known.contains(&&*name.text));
            let Some((place, column)) = found.and_then(|place| Some((place, schema.payees.get(place)?))) else {
                let finding = Diagnostic::error(Code::UnknownField, format!("a payee has no `{}`", name.text));
                self.report(with_nearest(finding.at(&name.span), &name.text, &known, "declare it in `earnmark.toml`"));
                filled = None;
                continue;
            };
            let value = match place {
                payee_field::MANAGER => self.manager_of(&value, writing),
                payee_field::CURRENCY => self.currency_of(&value).map(|code| Value::Text(Arc::from(code.code()))),
                _ => self
                    .cell_of(column, &value)
                    .and_then(|(cell, currency)| self.field_currency(column, currency, &value.span).then_some(cell)),
            };
            push(&mut filled, value.map(|value| (place, value)));
        }
        filled
    }

    /// Money of a payee has the currency of its field, or the plan's.
    fn field_currency(&mut self, column: &Column, currency: Option<Currency>, span: &Span) -> bool {
        let right = match column.written_in {
            WrittenIn::Code(code) => Some(code),
            WrittenIn::Plan | WrittenIn::Row => self.currency,
        };
        let (Some(currency), Some(right)) = (currency, right) else {
            return true;
        };
        if currency != right {
            let message = format!("`{}` is in {right}, not in {currency}", column.name);
            self.report(Diagnostic::error(Code::WrongType, message).at(span).help("write the figure alone"));
        }
        currency == right
    }

    /// A payee of the test: the name bound to it, or its name in quotes.
    fn manager_of(&mut self, node: &Node, writing: &Writing) -> Option<Value> {
        if let NodeKind::Name(handle) = &node.kind
            && let Some(payee) = writing.handle(handle)
        {
            return Some(Value::Text(writing.id(payee)));
        }
        let id = self.text_of(node)?;
        if writing.payee(&id).is_some() {
            return Some(Value::Text(id));
        }
        self.unknown_payee(&id, &node.span, writing);
        None
    }

    fn unknown_payee(&mut self, id: &str, span: &Span, writing: &Writing) {
        let known: Vec<&str> = writing.payees.iter().map(|(known, _)| &**known).collect();
        let finding = Diagnostic::error(Code::UnknownPayee, format!("no payee of this test is named `{id}`"));
        self.report(with_nearest(finding.at(span), id, &known, ""));
    }

    fn currency_of(&mut self, node: &Node) -> Option<Currency> {
        let code = self.text_of(node)?;
        let currency = Currency::from_code(&code);
        if currency.is_none() {
            let finding = Diagnostic::error(Code::WrongType, format!("`{code}` is no currency")).at(&node.span);
            self.report(finding.help("write the three letters of ISO 4217: `\"USD\"`"));
        }
        currency
    }

    /// A cell of a column, with the currency that is written with it.
    fn cell_of(&mut self, column: &Column, node: &Node) -> Option<(Value, Option<Currency>)> {
        let value = match column.kind {
            ColumnType::Money => {
                let amount = self.money_of(node)?;
                return Some((Value::Money(amount.figure), amount.currency));
            }
            ColumnType::Number => Value::Number(self.decimal_of(node, Wanted::Number)?),
            ColumnType::Percent => Value::Percent(self.decimal_of(node, Wanted::Percent)?),
            ColumnType::Date => Value::Date(self.day_of(node)?),
            ColumnType::Text => Value::Text(self.listed_of(column, node)?),
            ColumnType::YesNo => match self.wanted(node, Wanted::YesNo).known() {
                Some(Scalar::YesNo(yes)) => Value::YesNo(*yes),
                _ => return None,
            },
        };
        Some((value, None))
    }

    /// A text, one of those that the column lists if it lists any.
    fn listed_of(&mut self, column: &Column, node: &Node) -> Option<Arc<str>> {
        let text = self.text_of(node)?;
        if column.values.is_empty() || column.values.contains(&text) {
            return Some(text);
        }
        let known: Vec<&str> = column.values.iter().map(|value| &**value).collect();
        let finding = Diagnostic::error(Code::UnknownValue, format!("`{}` cannot be `{text}`", column.name));
        self.report(with_nearest(finding.at(&node.span), &text, &known, ""));
        None
    }

    /// A deal, or several alike.
    pub(super) fn deals_of(
        &mut self,
        payee: usize,
        count: u32,
        node: &Node,
        writing: &mut Writing,
    ) -> Option<TestDeal> {
        let entries = self.map_of(node, "write `t.deal(#{ id: \"D1\", closed: \"2026-01-20\", amount: 500 })`")?;
        let schema = self.schema;
        let mut known: Vec<&str> = known_names(&schema.deals, &[deal_column::RECORDED]);
        known.push("shares");
        let mut filled = Some(Vec::new());
        let mut id = None;
        let mut currency: Option<(Currency, Span)> = None;
        let mut shares = vec![TestShare { payee, role: None, share: Decimal::ONE }];
        for (name, value) in entries {
            if &*name.text == "shares" {
                match self.shares_of(payee, &value, writing) {
                    Some(said) => shares = said,
                    None => filled = None,
                }
                continue;
            }
            let found = schema.deals.position(&name.text).filter(|_| known.contains(&&*name.text));
            let Some((place, column)) = found.and_then(|place| Some((place, schema.deals.get(place)?))) else {
                let finding = Diagnostic::error(Code::UnknownField, format!("a deal has no `{}`", name.text));
                self.report(with_nearest(finding.at(&name.span), &name.text, &known, ""));
                filled = None;
                continue;
            };
            if place == deal_column::ID {
                id = self.text_of(&value).map(|text| (text, value.span.clone()));
                continue;
            }
            if place == deal_column::CURRENCY {
                let code = self.currency_of(&value);
                self.one_currency(&mut currency, code, &value.span);
                continue;
            }
            let cell = self.cell_of(column, &value);
            if let Some((_, written)) = &cell {
                match column.written_in {
                    WrittenIn::Row => self.one_currency(&mut currency, *written, &value.span),
                    WrittenIn::Plan | WrittenIn::Code(_) => {
                        self.field_currency(column, *written, &value.span);
                    }
                }
            }
            push(&mut filled, cell.map(|(cell, _)| (place, cell)));
        }
        if let Some((code, _)) = currency {
            push(&mut filled, Some((deal_column::CURRENCY, Value::Text(Arc::from(code.code())))));
        }
        let at = id.as_ref().map_or(&node.span, |(_, span)| span);
        let dealt = Dealt::of(at, filled.as_deref().unwrap_or_default());
        // Of a deal that could not be read it is not known.
        if filled.is_some() {
            self.has_day(&dealt);
        }
        let ids = self.ids_of(id.map(|(id, _)| id), count, &dealt, writing);
        Some(TestDeal { ids, cells: filled?, shares })
    }

    /// The amounts of a deal have one currency.
    fn one_currency(&mut self, held: &mut Option<(Currency, Span)>, currency: Option<Currency>, span: &Span) {
        match (&*held, currency) {
            (Some((first, at)), Some(second)) if *first != second => {
                let message = format!("this deal is in {first} and in {second}");
                let finding = Diagnostic::error(Code::WrongType, message).at(span).also(at, "the first");
                self.report(finding.help("the amounts of a deal have one currency"));
            }
            (None, Some(first)) => *held = Some((first, span.clone())),
            _ => {}
        }
    }

    /// The ids of deals, each known from here on. Those without one are numbered as they stand in the test.
    fn ids_of(&mut self, id: Option<Arc<str>>, count: u32, dealt: &Dealt, writing: &mut Writing) -> Vec<Arc<str>> {
        let base = match &id {
            Some(text) => text.to_string(),
            None => {
                writing.unnamed = writing.unnamed.saturating_add(1);
                format!("deal-{:03}", writing.unnamed)
            }
        };
        let width = count.to_string().len();
        let ids: Vec<Arc<str>> = if count == 1 {
            vec![Arc::from(base)]
        } else {
            (1..=count).map(|n| Arc::from(format!("{base}-{n:0width$}"))).collect()
        };
        for id in &ids {
            if let Some(first) = writing.deals.insert(Arc::clone(id), dealt.clone()) {
                let finding = Diagnostic::error(Code::DuplicateId, format!("there is a deal `{id}` already"));
                self.report(finding.at(&dealt.at).also(&first.at, "the first").help("give each deal an id of its own"));
                break;
            }
        }
        ids
    }

    /// `#{ Ann: 60.pct }`, or with a role `#{ Ann: #{ share: 60.pct, role: "SDR" } }`. What shares without a role leave
    /// is the payee's whose deal it is.
    fn shares_of(&mut self, payee: usize, node: &Node, writing: &Writing) -> Option<Vec<TestShare>> {
        let entries = self.map_of(node, "write `shares: #{ Ann: 60.pct }`")?;
        let mut shares = Some(Vec::new());
        for (name, value) in entries {
            let found = writing.payee(&name.text).or_else(|| writing.handle(&name.text));
            if found.is_none() {
                self.unknown_payee(&name.text, &name.span, writing);
            }
            let share = match &value.kind {
                NodeKind::Map(parts) => self.share_with_role(parts.clone()),
                _ => self.decimal_of(&value, Wanted::Percent).map(|share| (share, None)),
            };
            let share = share.filter(|(share, _)| self.share_fits(*share, &value.span));
            let made = found.zip(share).map(|(payee, (share, role))| TestShare { payee, role, share });
            push(&mut shares, made);
        }
        let mut shares = shares?;
        let overlays = |share: &&TestShare| share.role.is_some();
        let mut divided = shares.iter().filter(|share| !overlays(share));
        let total = divided.try_fold(Decimal::ZERO, |total, share| total.checked_add(share.share));
        let left = total.and_then(|total| Decimal::ONE.checked_sub(total)).unwrap_or(Decimal::NEGATIVE_ONE);
        let own = shares.iter().any(|share| share.payee == payee && share.role.is_none());
        if left > Decimal::ZERO && !own {
            shares.insert(0, TestShare { payee, role: None, share: left });
        } else if !left.is_zero() && !shares.iter().all(|share| share.role.is_some()) {
            let message = format!("the shares total {}", crate::plan::percent(total.unwrap_or_default()));
            let finding = Diagnostic::error(Code::PartsTotal, message).at(&node.span);
            self.report(finding.help("let them total 100 %; what others leave is the payee's whose deal it is"));
            return None;
        }
        Some(shares)
    }

    fn share_fits(&mut self, share: Decimal, span: &Span) -> bool {
        let fits = share > Decimal::ZERO;
        if !fits {
            let finding = Diagnostic::error(Code::BadLimit, "a share is more than nothing").at(span);
            self.report(finding.help("leave the payee out"));
        }
        fits
    }

    fn share_with_role(&mut self, parts: Vec<(Name, Node)>) -> Option<(Decimal, Option<Arc<str>>)> {
        let (mut share, mut role) = (Some(Decimal::ONE), Some(None));
        for (name, value) in parts {
            match &*name.text {
                "share" => share = self.decimal_of(&value, Wanted::Percent),
                "role" => role = self.role_of(&value).map(Some),
                other => {
                    let finding = Diagnostic::error(Code::UnknownSetting, format!("a share has no `{other}`"));
                    self.report(with_nearest(finding.at(&name.span), other, &["share", "role"], ""));
                    share = None;
                }
            }
        }
        Some((share?, role?))
    }

    fn role_of(&mut self, node: &Node) -> Option<Arc<str>> {
        let role = self.text_of(node)?;
        if self.roles.is_empty() || self.roles.contains(&role) {
            return Some(role);
        }
        let known: Vec<&str> = self.roles.iter().map(|role| &**role).collect();
        let finding = Diagnostic::error(Code::UnknownValue, format!("no deal names the role `{role}`"));
        let finding = with_nearest(finding.at(&node.span), &role, &known, "");
        self.report(finding);
        None
    }

    pub(super) fn event_of(
        &mut self,
        deal: &Node,
        kind: &Node,
        date: &Node,
        amount: Option<&Node>,
        writing: &mut Writing,
    ) -> Option<TestAction> {
        let id = self.text_of(deal).filter(|id| {
            let known = writing.deals.contains_key(id);
            if !known {
                let ids: Vec<&str> = writing.deals.keys().map(|id| &**id).collect();
                let finding = Diagnostic::error(Code::UnknownDeal, format!("this test has no deal `{id}` so far"));
                let finding = with_nearest(finding.at(&deal.span), id, &ids, "give it first: `t.deal(#{ … })`");
                self.report(finding);
            }
            known
        });
        let word = self.text_of(kind).filter(|word| {
            let words: Vec<&str> =
                EVENT_KINDS.into_iter().chain(self.schema.event_kinds.iter().map(|kind| &**kind)).collect();
            let known = words.contains(&&**word);
            if !known {
                let finding = Diagnostic::error(Code::UnknownValue, format!("there is no event `{word}`"));
                let finding = with_nearest(finding.at(&kind.span), word, &words, "");
                self.report(finding);
            }
            known
        });
        let (day, figure) = (self.day_of(date), amount);
        let amount = match figure {
            Some(amount) => self.decimal_of(amount, Wanted::Money).map(Some),
            None => Some(None),
        };
        if let (Some(id), Some(word), Some(day)) = (&id, &word, day)
            && let Some(deal) = writing.deals.get_mut(id)
        {
            let said = amount.flatten().zip(figure.map(|node| &node.span));
            self.event_fits((id, deal), (word, day, &date.span), said);
        }
        let date = day;
        Some(TestAction::Event { deal: id?, kind: word?, date: date?, amount: amount? })
    }

    pub(super) fn rate_of(&mut self, from: &Node, to: &Node, date: &Node, rate: &Node) -> Option<TestAction> {
        let (from, to, date) = (self.currency_of(from), self.currency_of(to), self.day_of(date));
        let figure = self.decimal_of(rate, Wanted::Number)?;
        if figure <= Decimal::ZERO {
            let finding = Diagnostic::error(Code::BadLimit, "a rate of exchange is above zero").at(&rate.span);
            self.report(finding.help("write how much of the second currency one of the first is"));
            return None;
        }
        Some(TestAction::Rate { from: from?, to: to?, date: date?, rate: figure })
    }
}

/// The names of columns, without those of some places.
fn known_names<'c>(columns: &'c Columns, without: &[usize]) -> Vec<&'c str> {
    columns.names().enumerate().filter(|(place, _)| !without.contains(place)).map(|(_, name)| name).collect()
}

/// Adds what was found; once something is missing, the whole is.
fn push<T>(list: &mut Option<Vec<T>>, found: Option<T>) {
    match (list.as_mut(), found) {
        (Some(held), Some(found)) => held.push(found),
        (Some(_), None) => *list = None,
        (None, _) => {}
    }
}
