//! A formula's value: every part has its place, and what fails says where.

use super::work::{binary, call, compare};
use super::{EvalError, Expr, Failure, Op, Read, Scalar, Scene};
use crate::domain::diagnostic::Span;
use crate::domain::exact;
use rust_decimal::Decimal;

type Evaluated = Result<Option<Scalar>, EvalError>;

impl Expr {
    /// The value in a scene; `None` only where an optional value is blank and nothing replaces it.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn evaluate(&self, scene: &dyn Scene) -> Evaluated {
        #[cfg(test)]
        if crate::plan::oracle::watch::is_on() {
            let watched = crate::plan::oracle::watch::Watched::over(scene);
            let gave = self.eval(&watched, &mut Vec::new());
            watched.told(self, &gave);
            return gave;
        }
        self.eval(scene, &mut Vec::new())
    }

    /// The value of a formula that gives a decimal.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn decimal(&self, scene: &dyn Scene) -> Result<Decimal, EvalError> {
        match self.evaluate(scene)? {
            Some(Scalar::Decimal(number)) => Ok(number),
            Some(_) => Err(self.fail(Failure::Internal)),
            None => Err(self.fail(self.missing())),
        }
    }

    /// The value of a formula that gives yes or no.
    ///
    /// # Errors
    /// [`EvalError`] with the place of what failed.
    pub fn yes(&self, scene: &dyn Scene) -> Result<bool, EvalError> {
        match self.evaluate(scene)? {
            Some(Scalar::YesNo(yes)) => Ok(yes),
            Some(_) => Err(self.fail(Failure::Internal)),
            None => Err(self.fail(self.missing())),
        }
    }

    /// Why the expression has no value: what it reads is blank.
    fn missing(&self) -> Failure {
        match &self.op {
            Op::Read(read) => Failure::Missing(*read),
            _ => Failure::Internal,
        }
    }

    /// An error at this place.
    #[must_use]
    pub fn fail(&self, failure: Failure) -> EvalError {
        EvalError { failure, span: self.span.clone() }
    }

    fn eval(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Evaluated {
        match &self.op {
            Op::Constant(value) => Ok(Some(value.clone())),
            Op::Read(read) => scene.read(*read).map_err(|failure| self.fail(failure)),
            Op::Slot(slot) => Ok(slots.get(*slot).cloned().flatten()),
            Op::Let(slot, value, body) => {
                let value = value.eval(scene, slots)?;
                slots.truncate(*slot);
                slots.resize(*slot, None);
                slots.push(value);
                body.eval(scene, slots)
            }
            Op::If(condition, then, otherwise) => {
                let branch = if condition.truth(scene, slots)? { then } else { otherwise };
                branch.eval(scene, slots)
            }
            Op::Coalesce(list) => {
                for expr in list {
                    if let Some(value) = expr.eval(scene, slots)? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            _ => self.strict(scene, slots).map(Some),
        }
    }

    /// The operations that need all their parts to be there.
    fn strict(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Scalar, EvalError> {
        Ok(match &self.op {
            Op::Negate(of) => Scalar::Decimal(exact::negate(of.figure(scene, slots)?)),
            Op::Not(of) => Scalar::YesNo(!of.truth(scene, slots)?),
            Op::Binary(op, left, right) => {
                let (a, b) = (left.present(scene, slots)?, right.present(scene, slots)?);
                binary(*op, &a, &b).map_err(|failure| self.fail(failure))?
            }
            Op::And(list) => {
                for expr in list {
                    if !expr.truth(scene, slots)? {
                        return Ok(Scalar::YesNo(false));
                    }
                }
                Scalar::YesNo(true)
            }
            Op::Or(list) => {
                for expr in list {
                    if expr.truth(scene, slots)? {
                        return Ok(Scalar::YesNo(true));
                    }
                }
                Scalar::YesNo(false)
            }
            Op::OneOf(item, list) => {
                // The list first, and all of it, as the interpreter does: an error in it is always told.
                let list = list.iter().map(|expr| expr.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                Scalar::YesNo(list.contains(&item.present(scene, slots)?))
            }
            Op::Between(item, from, to, inclusive) => {
                let (from, to) = (from.present(scene, slots)?, to.present(scene, slots)?);
                let item = item.present(scene, slots)?;
                let above = compare(&from, &item).is_some_and(std::cmp::Ordering::is_le);
                let order = compare(&item, &to);
                let below = order.is_some_and(|order| if *inclusive { order.is_le() } else { order.is_lt() });
                Scalar::YesNo(above && below)
            }
            Op::Call(builtin, args) => {
                let values = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                call(*builtin, &values).map_err(|failure| self.fail(failure))?
            }
            Op::At(table, args) => {
                let keys = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                table.resolved(scene)?.at(&keys).map_err(|failure| self.fail(failure))?
            }
            Op::AtFile(table, args) => {
                let keys = args.iter().map(|arg| arg.present(scene, slots)).collect::<Result<Vec<_>, _>>()?;
                scene.look_up(*table, &keys).map_err(|failure| self.fail(failure))?
            }
            _ => return Err(self.fail(Failure::Internal)),
        })
    }

    fn present(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Scalar, EvalError> {
        self.eval(scene, slots)?.ok_or_else(|| self.fail(self.missing()))
    }

    fn figure(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<Decimal, EvalError> {
        match self.present(scene, slots)? {
            Scalar::Decimal(number) => Ok(number),
            _ => Err(self.fail(Failure::Internal)),
        }
    }

    fn truth(&self, scene: &dyn Scene, slots: &mut Vec<Option<Scalar>>) -> Result<bool, EvalError> {
        match self.present(scene, slots)? {
            Scalar::YesNo(yes) => Ok(yes),
            _ => Err(self.fail(Failure::Internal)),
        }
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

    fn parts(&self) -> Vec<&Self> {
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
