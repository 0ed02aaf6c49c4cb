//! One settlement: a payee, a period, a currency. Cap on payout, recovery of debts, draws, minimum, in this order.

use super::rules::{Decisions, DrawTerms, PayTerms, above};
use super::sort::Sorted;
use super::{Balances, Term};
use crate::domain::exact::{Exact, Fraction, RoundingMode, add, mul, negate, sub};
use crate::plan::model::Negative;
use rust_decimal::Decimal;

/// What a settlement is worked from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// What the entries bring and take.
    pub own: Sorted,
    /// What was decided.
    pub decisions: Decisions,
    /// What holds for the payee; `None`: nothing.
    pub terms: Option<PayTerms<'a>>,
    /// Where the payee is paid in another currency now.
    pub way: Way,
}

/// What becomes of a settlement where the currency of a payee changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It is paid.
    #[default]
    Paid,
    /// So much came from another currency, and it is paid with that.
    With(Moved),
    /// Whatever there is leaves for the currency of now.
    Leaves,
}

/// What moves from one currency of a payee to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The balances.
    pub balances: Balances,
    /// What is available of the payout.
    pub gain: Decimal,
}

impl Moved {
    /// Each of its amounts by another rule.
    ///
    /// # Errors
    /// Those of the rule.
    pub fn each<E>(self, rule: impl Fn(Decimal) -> Result<Decimal, E>) -> Result<Self, E> {
        let Balances { owed, draw, over_cap, due } = self.balances;
        let balances = Balances { owed: rule(owed)?, draw: rule(draw)?, over_cap: rule(over_cap)?, due: rule(due)? };
        Ok(Self { balances, gain: rule(self.gain)? })
    }
}

/// A debt that is repaid in instalments: its amount, and how many payouts it has seen.
#[derive(Clone, Copy, Debug)]
pub struct Debt {
    /// What is owed; below zero what was recovered or forgiven.
    pub amount: Decimal,
    /// How many payouts it has seen.
    pub payouts: u32,
}

/// What a settlement gives.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What is paid.
    pub payout: Decimal,
    /// The balances after it.
    pub after: Balances,
    /// How it came about.
    pub lines: Vec<(&'static str, Decimal)>,
    /// Which balance a line moved, where a line may move several.
    pub details: Vec<(&'static str, Decimal)>,
    /// What made lines as large as they are.
    pub terms: Vec<(&'static str, Term)>,
    /// What of the pay came to be owed.
    pub debt: Decimal,
    /// What left for another currency.
    pub left: Moved,
}

/// What a draw advances once debts are recovered.
#[derive(Clone, Copy)]
enum Advance {
    /// Nothing.
    None,
    /// So much, whatever is earned: it is owed already.
    Ahead(Decimal),
    /// What is missing to so much.
    UpTo(Decimal),
}

/// A settlement under way.
struct Desk<'a, 't> {
    input: &'a Input<'t>,
    balances: Balances,
    avail: Decimal,
    /// What a corrected balance gives back: it is available. So is pay that came from another currency; below zero what limits
    /// take there.
    given_back: Decimal,
    /// What of the pay comes to be owed.
    debt: Decimal,
    places: u32,
    mode: RoundingMode,
    lines: Vec<(&'static str, Decimal)>,
    details: Vec<(&'static str, Decimal)>,
    terms: Vec<(&'static str, Term)>,
}

/// Settles one period.
///
/// # Errors
/// Overflow.
pub fn settle_one(input: &Input<'_>, before: Balances, debts: &mut Vec<Debt>) -> Exact<Settled> {
    let places = input.terms.as_ref().map_or(2, |terms| terms.places);
    let mode = input.terms.as_ref().map_or(RoundingMode::HalfEven, |terms| terms.plan.rounding.mode);
    let mut desk = Desk {
        input,
        balances: before,
        avail: Decimal::ZERO,
        given_back: Decimal::ZERO,
        debt: input.own.debt,
        places,
        mode,
        lines: Vec::new(),
        details: Vec::new(),
        terms: Vec::new(),
    };
    let decided = input.decisions != Decisions::default();
    if decided {
        desk.returned()?;
        desk.opening()?;
    }
    if let Way::With(moved) = input.way {
        desk.moved(moved, |amount| amount)?;
        desk.balances = desk.balances.plus(&moved.balances)?;
        desk.given_back = add(desk.given_back, moved.gain)?;
    }
    desk.line("earned", sub(input.own.gain, input.own.debt)?);
    if input.way == Way::Leaves {
        return desk.leave(debts, decided);
    }
    desk.cap()?;
    if decided {
        desk.outside()?;
    }
    desk.balances.owed = add(desk.balances.owed, desk.debt)?;
    // Whatever came to be owed is a debt of this payout: taken back, taken over, paid outside, charged in vain.
    let arisen = sub(desk.balances.owed, before.owed)?;
    if !arisen.is_zero() {
        debts.push(Debt { amount: arisen, payouts: 0 });
    }
    // Each payout counts, whatever the plan asks for in it.
    for debt in debts.iter_mut() {
        debt.payouts = debt.payouts.saturating_add(1);
    }
    if decided {
        desk.forgive(debts)?;
    }
    let draws_first = input.terms.as_ref().is_some_and(|terms| terms.plan.draws_first);
    // Only what a draw recovers changes places with the debts: nobody repays one out of the other's advance.
    let draws = if draws_first {
        let draws = desk.repay_draws()?;
        desk.recover(debts)?;
        draws
    } else {
        desk.recover(debts)?;
        desk.repay_draws()?
    };
    desk.advance(draws)?;
    desk.pay(debts)
}

impl Desk<'_, '_> {
    /// Says what moves, as it is seen from this currency.
    fn moved(&mut self, moved: Moved, seen: fn(Decimal) -> Decimal) -> Exact<()> {
        let balances = moved.balances;
        self.line("moved", seen(balances.net()?));
        self.line("moved_pay", seen(moved.gain));
        self.detail("moved.owed", seen(balances.owed));
        self.detail("moved.draw", seen(balances.draw));
        self.detail("moved.over_cap", seen(balances.over_cap));
        self.detail("moved.due", seen(balances.due));
        Ok(())
    }

    /// Nothing is paid in this currency any more: what was earned by its deals, and all balances, go to that of now. What was
    /// decided in it still holds.
    fn leave(mut self, debts: &mut Vec<Debt>, decided: bool) -> Exact<Settled> {
        // What a limit takes of pay in the currency of now is less pay there, and no debt.
        self.debt = sub(self.debt, self.input.own.limited)?;
        self.avail = sub(add(self.input.own.gain, self.given_back)?, self.input.own.limited)?;
        if decided {
            self.outside()?;
        }
        self.balances.owed = add(self.balances.owed, self.debt)?;
        if decided {
            self.forgive(debts)?;
        }
        let left = Moved { balances: std::mem::take(&mut self.balances), gain: self.avail };
        self.moved(left, negate)?;
        debts.clear();
        let Self { lines, details, terms, debt, .. } = self;
        Ok(Settled { lines, details, terms, debt, left, ..Settled::default() })
    }

    fn line(&mut self, code: &'static str, amount: Decimal) {
        if !amount.is_zero() || code == "earned" {
            self.lines.push((code, amount));
        }
    }

    fn detail(&mut self, code: &'static str, amount: Decimal) {
        if !amount.is_zero() {
            self.details.push((code, amount));
        }
    }

    /// Says by what a line was worked, where there is one.
    fn by(&mut self, code: &'static str, terms: impl IntoIterator<Item = Term>) {
        if self.lines.last().is_some_and(|(line, _)| *line == code) {
            self.terms.extend(terms.into_iter().map(|term| (code, term)));
        }
    }

    fn left(&self) -> bool {
        self.input.terms.as_ref().is_some_and(|terms| terms.left)
    }

    fn share(&self, share: Decimal, of: Decimal) -> Exact<Decimal> {
        Ok(self.mode.round(mul(share, of)?, self.places))
    }

    /// What payroll could not pay is due again; what it could not charge is owed again.
    fn returned(&mut self) -> Exact<()> {
        let returned = self.input.decisions.returned;
        self.balances.due = add(self.balances.due, above(returned, Decimal::ZERO)?)?;
        self.balances.owed = add(self.balances.owed, above(negate(returned), Decimal::ZERO)?)?;
        self.line("returned", returned);
        Ok(())
    }

    /// Balances taken over. One that was corrected after its close may fall by more than is left of it: what was repaid of a
    /// debt in vain is paid, what was paid in vain is owed.
    fn opening(&mut self) -> Exact<()> {
        let opening = self.input.decisions.opening;
        let balances = &mut self.balances;
        let mut moved = [Decimal::ZERO; 4];
        let all = [
            (&mut balances.owed, opening.owed),
            (&mut balances.draw, opening.draw),
            (&mut balances.over_cap, opening.over_cap),
            (&mut balances.due, opening.due),
        ];
        let mut missing = [Decimal::ZERO; 4];
        for ((balance, amount), (moved, missing)) in all.into_iter().zip(moved.iter_mut().zip(missing.iter_mut())) {
            let before = *balance;
            *balance = above(add(before, amount)?, Decimal::ZERO)?;
            *moved = sub(*balance, before)?;
            *missing = sub(*moved, amount)?;
        }
        let ([owed, draw, over_cap, due], [of_owed, of_draw, of_cap, of_due]) = (moved, missing);
        let again = add(of_cap, of_due)?;
        self.balances.owed = add(self.balances.owed, again)?;
        self.given_back = add(of_owed, of_draw)?;
        self.line("opening", opening.net()?);
        self.detail("opening.owed", add(owed, again)?);
        self.detail("opening.draw", draw);
        self.detail("opening.over_cap", over_cap);
        self.detail("opening.due", due);
        self.detail("opening.returned", self.given_back);
        Ok(())
    }

    /// What one payout may pay; the rest waits. Whoever has left is paid everything.
    fn cap(&mut self) -> Exact<()> {
        let open = add(self.input.own.gain, self.balances.over_cap)?;
        let cap = self.input.terms.as_ref().and_then(|terms| terms.cap);
        let carried = self.balances.over_cap;
        self.avail = match cap {
            Some(cap) if !self.left() => open.min(cap),
            _ => open,
        };
        self.balances.over_cap = sub(open, self.avail)?;
        self.avail = add(self.avail, self.given_back)?;
        if self.avail.is_sign_negative() {
            self.debt = sub(self.debt, std::mem::take(&mut self.avail))?;
        }
        self.line("over_cap", sub(carried, self.balances.over_cap)?);
        self.by("over_cap", if self.left() { Some(Term::Leaving) } else { cap.map(Term::Most) });
        if self.left() {
            self.avail = add(self.avail, self.balances.due)?;
            self.line("due", self.balances.due);
            self.by("due", [Term::Leaving]);
            self.balances.due = Decimal::ZERO;
        }
        Ok(())
    }

    /// What was paid outside is set off in full: against what is due, then what is available; its rest is owed. Below zero it
    /// is given back: a decision that was settled says less now.
    fn outside(&mut self) -> Exact<()> {
        let outside = self.input.decisions.outside;
        let of_due = outside.max(Decimal::ZERO).min(self.balances.due);
        self.balances.due = sub(self.balances.due, of_due)?;
        let rest = sub(outside, of_due)?;
        let of_pay = rest.min(self.avail);
        self.avail = sub(self.avail, of_pay)?;
        let owed = sub(rest, of_pay)?;
        self.balances.owed = add(self.balances.owed, owed)?;
        self.line("paid_outside", negate(outside));
        self.detail("paid_outside.owed", owed);
        Ok(())
    }

    /// What is forgiven is not repaid, neither from this payout nor later.
    fn forgive(&mut self, debts: &mut Vec<Debt>) -> Exact<()> {
        let decided = self.input.decisions;
        let owed = decided.forgive_owed.min(self.balances.owed);
        let draw = decided.forgive_draw.min(self.balances.draw);
        self.balances.owed = sub(self.balances.owed, owed)?;
        self.balances.draw = sub(self.balances.draw, draw)?;
        self.line("forgiven", add(owed, draw)?);
        self.detail("forgiven.draw", draw);
        settle_debts(debts, owed)
    }

    /// Debts are repaid from what is available, as far as the plan lets them.
    fn recover(&mut self, debts: &mut Vec<Debt>) -> Exact<()> {
        let mut most = self.balances.owed.min(self.avail);
        let mut by = Vec::new();
        if let Some(terms) = self.input.terms.as_ref().filter(|terms| !terms.left) {
            let recover = &terms.plan.recover;
            by.extend((recover.share != Decimal::ONE).then_some(Term::Part(recover.share)));
            by.extend((!terms.floor.is_zero()).then_some(Term::Leaves(terms.floor)));
            by.extend(recover.instalments.map(Term::Instalments));
            most = most.min(self.share(recover.share, self.avail)?).min(above(self.avail, terms.floor)?);
            if let Some(instalments) = recover.instalments {
                most = most.min(instalments_due(debts, instalments, self.mode, self.places)?);
            }
        }
        let recovered = most.max(Decimal::ZERO);
        settle_debts(debts, recovered)?;
        self.balances.owed = sub(self.balances.owed, recovered)?;
        self.avail = sub(self.avail, recovered)?;
        self.line("recovered", recovered);
        self.by("recovered", by);
        Ok(())
    }

    /// Draws are repaid: what is advanced after it.
    fn repay_draws(&mut self) -> Exact<Advance> {
        let Some(terms) = self.input.terms.as_ref() else { return Ok(Advance::None) };
        if terms.left {
            self.draw_at_leaving(terms.draw.as_ref().is_some_and(|draw| draw.forgiven_at_leaving))?;
            return Ok(Advance::None);
        }
        let Some(draw) = terms.draw.as_ref().filter(|draw| !draw.waits) else { return Ok(Advance::None) };
        let given = draw.given.unwrap_or(Decimal::ZERO);
        if draw.ahead {
            let advance = given.min(self.room(draw)?);
            self.balances.draw = add(self.balances.draw, advance)?;
            self.repay(draw, Decimal::ZERO)?;
            return Ok(Advance::Ahead(advance));
        }
        if add(self.avail, draw.paid)? < given {
            return Ok(Advance::UpTo(given));
        }
        self.repay(draw, draw.floor)?;
        Ok(Advance::UpTo(given.min(add(self.avail, draw.paid)?)))
    }

    /// What is advanced, and what of all advances is forgiven at once.
    fn advance(&mut self, advance: Advance) -> Exact<()> {
        let Some(draw) = self.input.terms.as_ref().and_then(|terms| terms.draw.as_ref()) else { return Ok(()) };
        let advanced = match advance {
            Advance::None => Decimal::ZERO,
            Advance::Ahead(advance) => advance,
            Advance::UpTo(given) => {
                let missing = above(given, add(self.avail, draw.paid)?)?.min(self.room(draw)?);
                self.balances.draw = add(self.balances.draw, missing)?;
                missing
            }
        };
        self.avail = add(self.avail, advanced)?;
        self.line("draw_advanced", advanced);
        self.by("draw_advanced", draw.given.map(Term::Gives).into_iter().chain(draw.limit.map(Term::Advanced)));
        if draw.forgiven_now && !self.left() {
            let dropped = std::mem::take(&mut self.balances.draw);
            self.line("draw_forgiven", dropped);
        }
        Ok(())
    }

    /// How much more may be advanced.
    fn room(&self, draw: &DrawTerms) -> Exact<Decimal> {
        draw.limit.map_or(Ok(Decimal::MAX), |limit| above(limit, self.balances.draw))
    }

    fn repay(&mut self, draw: &DrawTerms, floor: Decimal) -> Exact<()> {
        if !draw.repaid {
            return Ok(());
        }
        let most = self.share(draw.recover, above(add(self.avail, draw.paid)?, floor)?)?;
        let repaid = self.balances.draw.min(most).min(self.avail).max(Decimal::ZERO);
        self.balances.draw = sub(self.balances.draw, repaid)?;
        self.avail = sub(self.avail, repaid)?;
        self.line("draw_repaid", repaid);
        let apart = (!floor.is_zero()).then_some(Term::Apart(floor));
        let part = (draw.recover != Decimal::ONE).then_some(Term::Part(draw.recover));
        self.by("draw_repaid", apart.into_iter().chain(part));
        Ok(())
    }

    /// The last pay repays all it can; what is left of the draw stays, or is forgiven.
    fn draw_at_leaving(&mut self, forgiven: bool) -> Exact<()> {
        let repaid = self.balances.draw.min(self.avail).max(Decimal::ZERO);
        self.balances.draw = sub(self.balances.draw, repaid)?;
        self.avail = sub(self.avail, repaid)?;
        self.line("draw_repaid", repaid);
        self.by("draw_repaid", [Term::Leaving]);
        if forgiven {
            let dropped = std::mem::take(&mut self.balances.draw);
            self.line("forgiven_at_leaving", dropped);
        }
        Ok(())
    }

    /// What is paid, and what waits for the next time.
    fn pay(mut self, debts: &mut Vec<Debt>) -> Exact<Settled> {
        let waited = self.balances.due;
        let mut payout = add(self.avail, waited)?;
        self.balances.due = Decimal::ZERO;
        let terms = self.input.terms.as_ref();
        let minimum = terms.filter(|terms| !terms.left).map(|terms| terms.minimum);
        if minimum.is_some_and(|minimum| payout < minimum) {
            self.balances.due = payout;
            payout = Decimal::ZERO;
        }
        self.line("below_minimum", sub(waited, self.balances.due)?);
        self.by("below_minimum", minimum.map(Term::Minimum));
        match terms.map(|terms| terms.plan.negative) {
            Some(Negative::Charge) => {
                let charged = std::mem::take(&mut self.balances.owed);
                payout = sub(payout, charged)?;
                settle_debts(debts, charged)?;
                self.detail("charged", charged);
            }
            Some(Negative::Forgive) => {
                let dropped = std::mem::take(&mut self.balances.owed);
                self.line("forgiven_below_zero", dropped);
                settle_debts(debts, dropped)?;
            }
            Some(Negative::Carry) | None => {}
        }
        let Self { balances: after, lines, details, terms, debt, .. } = self;
        Ok(Settled { payout, after, lines, details, terms, debt, left: Moved::default() })
    }
}

/// What instalments ask for now: of each debt its part for the payouts it has seen.
fn instalments_due(debts: &[Debt], count: u32, mode: RoundingMode, places: u32) -> Exact<Decimal> {
    let mut due = Decimal::ZERO;
    for debt in debts {
        let seen = Fraction::new(Decimal::from(debt.payouts.min(count)), Decimal::from(count.max(1)))?;
        due = add(due, mode.round(seen.times(debt.amount)?.value()?, places))?;
    }
    // What was recovered or forgiven so far stands as a debt of its own, below zero.
    Ok(due.max(Decimal::ZERO))
}

/// Takes what was recovered or forgiven off what instalments ask for: it is due at once, below zero.
fn settle_debts(debts: &mut Vec<Debt>, amount: Decimal) -> Exact<()> {
    if !amount.is_zero() && !debts.is_empty() {
        debts.push(Debt { amount: negate(amount), payouts: u32::MAX });
    }
    Ok(())
}
