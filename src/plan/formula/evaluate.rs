//! A formula's value: every part has its place, and what fails says where.
//!
//! Parts are worked with values where they stand ([`Seen`]): no text is copied, and an error, which is rare, lies in a box, so that
//! what every part gives back is small.

use super::work::{arithmetic, call, compare, holds, ordered, worked};
use super::{EvalError, Expr, Failure, Op, Read, Scalar, Scene, Seen};
use crate::domain::diagnostic::Span;
use crate::domain::exact;
use crate::plan::syntax::BinaryOp;
use crate::plan::table::{KeyKind, Table};
use rust_decimal::Decimal;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cmp::Ordering;

type Boxed<T> = Result<T, Box<EvalError>>;

/// The values of a list: of the few that most lists have, on the stack.
type Values<'v> = SmallVec<[Seen<'v>; 4]>;

/// What `let` binds inside a formula, by slot.
type Slots<'v> = Vec<Option<Seen<'v>>>;

impl Expr {
    /// The value in a scene; `None` only where an optional value is blank and nothing replaces it.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn evaluate(&self, scene: &dyn Scene) -> Result<Option<Scalar>, EvalError> {
        #[cfg(test)]
        self.watched(scene);
        self.value(scene, &mut Vec::new()).map(|value| value.map(Scalar::from)).map_err(|error| *error)
    }

    /// The value of a formula that gives a decimal.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn decimal(&self, scene: &dyn Scene) -> Result<Decimal, EvalError> {
        #[cfg(test)]
        self.watched(scene);
        self.figure(scene, &mut Vec::new()).map_err(|error| *error)
    }

    /// The value of a formula that gives a decimal which may not be below zero.
    ///
    /// # Errors
    /// As [`Self::decimal`], and one below zero.
    pub fn not_negative(&self, scene: &dyn Scene) -> Result<Decimal, EvalError> {
        let figure = self.decimal(scene)?;
        if figure < Decimal::ZERO {
            return Err(EvalError { failure: Failure::BelowZero, span: self.span.clone() });
        }
        Ok(figure)
    }

    /// The value of a formula that gives yes or no.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn yes(&self, scene: &dyn Scene) -> Result<bool, EvalError> {
        #[cfg(test)]
        self.watched(scene);
        self.truth(scene, &mut Vec::new()).map_err(|error| *error)
    }

    /// The same of a part of a formula, tried on values that nobody has.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn would_be(&self, scene: &dyn Scene) -> Result<bool, EvalError> {
        self.truth(scene, &mut Vec::new()).map_err(|error| *error)
    }

    /// Has the interpreter work the formula too, where a test watches.
    #[cfg(test)]
    fn watched(&self, scene: &dyn Scene) {
        if crate::plan::oracle::watch::is_on() {
            let watched = crate::plan::oracle::watch::Watched::over(scene);
            let gave = self.value(&watched, &mut Vec::new()).map(|value| value.map(Scalar::from));
            watched.told(self, &gave.map_err(|error| *error));
        }
    }

    /// An error at this place.
    #[must_use]
    pub fn fail(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.span.clone() }
    }

    #[cold]
    fn boxed(&self, failure: Failure) -> Box<EvalError> {
        Box::new(self.fail(failure))
    }

    fn value<'v>(&'v self, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<Option<Seen<'v>>> {
        match &self.op {
            Op::Constant(value) => Ok(Some(Seen::from(value))),
            Op::Read(read) => scene.read(read).map_err(|failure| self.boxed(failure)),
            Op::Slot(slot) => Ok(slots.get(*slot).copied().flatten()),
            Op::Let(slot, value, body) => {
                let value = value.value(scene, slots)?;
                slots.truncate(*slot);
                slots.resize(*slot, None);
                slots.push(value);
                body.value(scene, slots)
            }
            Op::If(condition, then, otherwise) => {
                let branch = if condition.truth(scene, slots)? { then } else { otherwise };
                branch.value(scene, slots)
            }
            Op::Coalesce(list) => {
                for expr in list {
                    if let Some(value) = expr.value(scene, slots)? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            // Days are added and subtracted too.
            Op::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), left, right) => {
                let (a, b) = (left.present(scene, slots)?, right.present(scene, slots)?);
                worked(*op, a, b).map(Some).map_err(|failure| self.boxed(failure))
            }
            Op::Negate(_) | Op::Binary(BinaryOp::Mul | BinaryOp::Div, ..) => {
                self.figure(scene, slots).map(|figure| Some(Seen::Decimal(figure)))
            }
            Op::Not(_) | Op::Binary(..) | Op::And(_) | Op::Or(_) | Op::OneOf(..) | Op::Between(..) => {
                self.truth(scene, slots).map(|yes| Some(Seen::YesNo(yes)))
            }
            Op::Call(builtin, args) => {
                let values = Self::all(args, scene, slots)?;
                call(*builtin, &values).map(Some).map_err(|failure| self.boxed(failure))
            }
            Op::At(table, keys) => self.at((table, keys), scene, slots, Some).map(Some),
            Op::AtFile(table, args) => {
                let keys = Self::all(args, scene, slots)?;
                scene.look_up(*table, &keys).map(Some).map_err(|failure| self.boxed(failure))
            }
        }
    }

    /// The value of a table, where one of a kind must be; what formulas of the payee give in it are figures.
    #[inline(always)]
    fn at<'v, T>(
        &'v self,
        (table, keys): (&'v Table, &'v [Self]),
        scene: &'v dyn Scene,
        slots: &mut Slots<'v>,
        kind: impl Fn(Seen<'v>) -> Option<T>,
    ) -> Boxed<T> {
        let (one, several);
        let keys: &[Seen<'_>] = match (keys, table.keys.as_slice()) {
            ([key], [KeyKind::Text]) => {
                one = [Seen::Text(key.text(scene, slots)?)];
                &one
            }
            _ => {
                several = Self::all(keys, scene, slots)?;
                &several
            }
        };
        let value = match table.resolved(scene)? {
            Cow::Borrowed(table) => table.at(keys).map(kind),
            Cow::Owned(table) => table.at(keys).map(|seen| match seen {
                Seen::Decimal(figure) => kind(Seen::Decimal(figure)),
                _ => None,
            }),
        };
        value.map_err(|failure| self.boxed(failure))?.ok_or_else(|| self.boxed(Failure::Internal))
    }

    /// Whether a condition holds.
    fn truth<'v>(&'v self, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<bool> {
        match &self.op {
            Op::Not(of) => of.truth(scene, slots).map(|yes| !yes),
            Op::Binary(op, left, right) => self.compared(*op, (left, right), scene, slots),
            Op::And(list) => {
                for expr in list {
                    if !expr.truth(scene, slots)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Op::Or(list) => {
                for expr in list {
                    if expr.truth(scene, slots)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Op::OneOf(item, list) => {
                // The list first, and all of it, as the interpreter does: an error in it is always told.
                let list = Self::all(list, scene, slots)?;
                Ok(list.contains(&item.present(scene, slots)?))
            }
            Op::Between(item, from, to, inclusive) => {
                let (from, to) = (&from.present(scene, slots)?, &to.present(scene, slots)?);
                let item = &item.present(scene, slots)?;
                let above = compare(from, item).is_some_and(Ordering::is_le);
                let order = compare(item, to);
                let below = order.is_some_and(|order| if *inclusive { order.is_le() } else { order.is_lt() });
                Ok(above && below)
            }
            _ => self.of(scene, slots, Seen::yes),
        }
    }

    /// Whether a comparison holds. Beside a figure or a text that the plan names stands another one.
    fn compared<'v>(
        &'v self,
        op: BinaryOp,
        (left, right): (&'v Self, &'v Self),
        scene: &'v dyn Scene,
        slots: &mut Slots<'v>,
    ) -> Boxed<bool> {
        let holds = match (&left.op, &right.op) {
            (Op::Constant(Scalar::Decimal(_)), _) | (_, Op::Constant(Scalar::Decimal(_))) => {
                let (mut a, mut b) = (Decimal::ZERO, Decimal::ZERO);
                left.figure_to(&mut a, scene, slots)?;
                right.figure_to(&mut b, scene, slots)?;
                ordered(op, a.cmp(&b))
            }
            (Op::Constant(Scalar::Text(_)), _) | (_, Op::Constant(Scalar::Text(_))) => {
                let (a, b) = (left.text(scene, slots)?, right.text(scene, slots)?);
                holds(op, &Seen::Text(a), &Seen::Text(b))
            }
            _ => holds(op, &left.present(scene, slots)?, &right.present(scene, slots)?),
        };
        holds.map_err(|failure| self.boxed(failure))
    }

    /// The value of what gives a figure.
    fn figure<'v>(&'v self, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<Decimal> {
        let mut figure = Decimal::ZERO;
        self.figure_to(&mut figure, scene, slots)?;
        Ok(figure)
    }

    /// Puts the value of what gives a figure where it goes. Figures are most of what formulas work with: handed from part to part
    /// they would be copied at each, and each copy waits for the one before.
    fn figure_to<'v>(&'v self, to: &mut Decimal, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<()> {
        match &self.op {
            Op::Constant(Scalar::Decimal(figure)) => *to = *figure,
            Op::Negate(of) => {
                of.figure_to(to, scene, slots)?;
                *to = exact::negate(*to);
            }
            Op::Binary(op @ (BinaryOp::Add | BinaryOp::Mul | BinaryOp::Div), left, right) => {
                left.figure_to(to, scene, slots)?;
                let mut other = Decimal::ZERO;
                right.figure_to(&mut other, scene, slots)?;
                arithmetic(*op, to, &other).map_err(|failure| self.boxed(failure))?;
            }
            Op::If(condition, then, otherwise) => {
                let branch = if condition.truth(scene, slots)? { then } else { otherwise };
                return branch.figure_to(to, scene, slots);
            }
            Op::At(table, keys) => *to = self.at((table, keys), scene, slots, Seen::figure)?,
            _ => *to = self.of(scene, slots, Seen::figure)?,
        }
        Ok(())
    }

    /// The value of what gives a text.
    fn text<'v>(&'v self, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<&'v str> {
        self.of(scene, slots, Seen::text)
    }

    /// The value where one must be.
    fn present<'v>(&'v self, scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<Seen<'v>> {
        self.of(scene, slots, Some)
    }

    /// The value where one of a kind must be. What is taken of it here need not be copied as a whole, which at every part of a
    /// formula would be most of the work.
    #[inline(always)]
    fn of<'v, T>(
        &'v self,
        scene: &'v dyn Scene,
        slots: &mut Slots<'v>,
        kind: impl Fn(Seen<'v>) -> Option<T>,
    ) -> Boxed<T> {
        let value = match &self.op {
            Op::Constant(value) => kind(Seen::from(value)),
            Op::Read(read) => match scene.read(read) {
                Ok(Some(value)) => kind(value),
                Ok(None) => return Err(self.boxed(Failure::Missing(*read))),
                Err(failure) => return Err(self.boxed(failure)),
            },
            _ => match self.value(scene, slots)? {
                Some(value) => kind(value),
                None => None,
            },
        };
        value.ok_or_else(|| self.boxed(Failure::Internal))
    }

    /// The values of a list, from the left.
    fn all<'v>(list: &'v [Self], scene: &'v dyn Scene, slots: &mut Slots<'v>) -> Boxed<Values<'v>> {
        let mut values = Values::new();
        for expr in list {
            values.push(expr.present(scene, slots)?);
        }
        Ok(values)
    }

    /// Calls `seen` with everything outside that the expression reads.
    pub fn reads(&self, seen: &mut dyn FnMut(Read, &Span)) {
        match &self.op {
            Op::Read(read) => seen(*read, &self.span),
            Op::At(table, _) => table.formulas().for_each(|formula| formula.reads(seen)),
            _ => {}
        }
        for part in self.parts() {
            part.reads(seen);
        }
    }

    /// Calls `seen` with the expression and every part of it.
    pub fn walk(&self, seen: &mut dyn FnMut(&Self)) {
        seen(self);
        for part in self.parts() {
            part.walk(seen);
        }
    }

    /// Whether it looks nothing up in a table file, and no table in it has formulas of a payee.
    #[must_use]
    pub fn needs_no_facts(&self) -> bool {
        let looks_up = match &self.op {
            Op::AtFile(..) => true,
            Op::At(table, _) => table.has_formulas(),
            _ => false,
        };
        !looks_up && self.parts().into_iter().all(Self::needs_no_facts)
    }

    /// Whether all its parts are known: its value then is too. Parts that could be worked have been, so that only the
    /// nearest ones are looked at.
    #[must_use]
    pub fn is_of_constants(&self) -> bool {
        let reads = match &self.op {
            Op::Read(_) | Op::Slot(_) | Op::Let(..) | Op::AtFile(..) => true,
            Op::At(table, _) => table.has_formulas(),
            _ => false,
        };
        !reads && self.parts().into_iter().all(|part| matches!(part.op, Op::Constant(_)))
    }

    /// What it is directly made of.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.op {
            Op::Constant(_) | Op::Read(_) | Op::Slot(_) => Vec::new(),
            Op::Negate(of) | Op::Not(of) => vec![of],
            Op::Let(_, a, b) | Op::Binary(_, a, b) => vec![a, b],
            Op::If(a, b, c) | Op::Between(a, b, c, _) => vec![a, b, c],
            Op::OneOf(item, list) => std::iter::once(&**item).chain(list).collect(),
            Op::And(list)
            | Op::Or(list)
            | Op::Coalesce(list)
            | Op::Call(_, list)
            | Op::At(_, list)
            | Op::AtFile(_, list) => list.iter().collect(),
        }
    }
}
