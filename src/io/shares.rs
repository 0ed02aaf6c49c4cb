//! Shares of deals: from the places on a deal's row, or from a file of their own, to parts that total the whole.
//!
//! In:   who takes part, with a share or without, in which role.
//! Out:  shares above zero. Those of sellers total 100 % (or less, where `roles.undivided` says so); those of overlay
//!       roles stand beside.

use super::findings::Problem;
use super::settings::Roles;
use crate::domain::diagnostic::Code;
use crate::domain::exact;
use crate::domain::facts::{RowPlace, Share};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A share as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawShare {
    /// Whose it is.
    pub payee: Arc<str>,
    /// The role, if one is said.
    pub role: Option<Arc<str>>,
    /// The part; `None`: what the others leave.
    pub share: Option<Decimal>,
    /// The order in which odd cents are given out.
    pub position: Option<u32>,
    /// Where it stands.
    pub place: RowPlace,
}

/// The shares of a deal, with what a blank one leaves filled in.
pub(crate) fn divide(deal: &str, raw: Vec<RawShare>, roles: &Roles) -> Result<Vec<Share>, Problem> {
    if let [only] = raw.as_slice()
        && only.role.is_none()
        && only.share.is_none_or(|part| part == Decimal::ONE)
    {
        return Ok(raw.into_iter().map(|raw| share_of(raw, Decimal::ONE)).collect()); // nearly all deals
    }
    let total_problem = |message: String| Problem::new(Code::SharesTotal, message);
    let is_overlay =
        |share: &RawShare| share.role.as_deref().is_some_and(|role| roles.overlay.iter().any(|o| o == role));
    if let Some(share) = raw.iter().find(|share| share.share.is_some_and(|part| part <= Decimal::ZERO)) {
        let message = format!(
            "the share of `{}` is {}, and shares are above 0 %",
            share.payee,
            percent(share.share.unwrap_or_default())
        );
        return Err(total_problem(message));
    }
    for (place, share) in raw.iter().enumerate() {
        if raw.iter().take(place).any(|other| other.payee == share.payee && other.role == share.role) {
            let message = format!("`{}` has two shares of deal `{deal}`", share.payee);
            return Err(Problem::new(Code::DuplicateId, message).help("add them up, or give them different roles"));
        }
    }
    let mut blank = raw.iter().filter(|share| share.share.is_none());
    if let (Some(_), Some(second)) = (blank.next(), blank.next()) {
        let message = format!(
            "two shares of deal `{deal}` are blank, that of `{}` too; only one can have what is left",
            second.payee
        );
        return Err(Problem::new(Code::Blank, message));
    }
    if let Some(share) = raw.iter().find(|share| share.share.is_none() && is_overlay(share)) {
        let message = format!("the share of `{}` is blank, and an overlay role stands outside the 100 %", share.payee);
        return Err(Problem::new(Code::Blank, message));
    }
    let sellers = || raw.iter().filter(|share| !is_overlay(share));
    let too_long = |_| Problem::new(Code::Overflow, "the shares have more than 28 digits");
    let said = exact::sum(sellers().filter_map(|share| share.share)).map_err(too_long)?;
    let left = exact::sub(Decimal::ONE, said).map_err(too_long)?;
    let takes_rest = sellers().any(|share| share.share.is_none());
    let complete = sellers().next().is_none() || takes_rest;
    if left < Decimal::ZERO {
        let problem = total_problem(format!("the shares of deal `{deal}` total {}, more than 100 %", percent(said)));
        return Err(problem.help("roles whose shares stand outside the 100 % are listed in `roles.overlay`"));
    }
    if takes_rest && left.is_zero() {
        return Err(total_problem(format!(
            "the shares of deal `{deal}` total 100 % and leave nothing for the blank one"
        )));
    }
    if !complete && left > Decimal::ZERO && !roles.undivided {
        let problem = total_problem(format!("the shares of deal `{deal}` total {}, less than 100 %", percent(said)));
        return Err(problem.help("`roles.undivided = true` credits the rest to nobody"));
    }
    Ok(raw.into_iter().map(|raw| share_of(raw, left)).collect())
}

/// A share, with what is left where none is said.
fn share_of(raw: RawShare, left: Decimal) -> Share {
    Share {
        payee: raw.payee,
        role: raw.role,
        share: raw.share.unwrap_or(left),
        position: raw.position,
        place: raw.place,
    }
}

/// A fraction as a person writes it: `0.6` is `60 %`.
pub(crate) fn percent(fraction: Decimal) -> String {
    exact::mul(fraction, Decimal::ONE_HUNDRED)
        .map_or_else(|_| fraction.to_string(), |n| format!("{} %", exact::shortest(n)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn shares(list: &[(&str, &str, &str)], undivided: bool) -> Result<Vec<String>, (Code, String)> {
        let place = RowPlace { file: Arc::from("data/deals.csv"), line: 2 };
        let raw = list.iter().map(|(payee, share, role)| RawShare {
            payee: Arc::from(*payee),
            role: (!role.is_empty()).then(|| Arc::from(*role)),
            share: Decimal::from_str(share).ok(),
            position: None,
            place: place.clone(),
        });
        let roles = Roles { list: None, overlay: vec!["SE".to_owned()], undivided };
        let divided = divide("D1", raw.collect(), &roles).map_err(|problem| (problem.code, problem.message))?;
        Ok(divided.iter().map(|share| format!("{} {}", share.payee, percent(share.share))).collect())
    }

    #[test]
    fn a_blank_share_takes_what_is_left() {
        assert_eq!(shares(&[("kim", "", ""), ("bo", "0.3", "")], false).unwrap(), ["kim 70 %", "bo 30 %"]);
        assert_eq!(shares(&[("kim", "", "")], false).unwrap(), ["kim 100 %"]);
        assert_eq!(shares(&[], false).unwrap(), [""; 0]);
    }

    #[test]
    fn sellers_total_the_whole_and_overlays_stand_beside() {
        assert_eq!(shares(&[("kim", "1", ""), ("se", "1", "SE")], false).unwrap(), ["kim 100 %", "se 100 %"]);
        assert_eq!(shares(&[("se", "0.5", "SE")], false).unwrap(), ["se 50 %"]);
        let (code, message) = shares(&[("kim", "0.6", ""), ("bo", "0.5", "")], false).unwrap_err();
        assert_eq!(
            (code, message.as_str()),
            (Code::SharesTotal, "the shares of deal `D1` total 110 %, more than 100 %")
        );
        assert_eq!(shares(&[("kim", "0.6", "")], false).unwrap_err().0, Code::SharesTotal);
        assert_eq!(shares(&[("kim", "0.6", "")], true).unwrap(), ["kim 60 %"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert_eq!(shares(&[("kim", "1", ""), ("bo", "0", "")], false).unwrap_err().0, Code::SharesTotal);
        assert_eq!(shares(&[("kim", "", ""), ("bo", "1", "")], false).unwrap_err().0, Code::SharesTotal);
        assert_eq!(shares(&[("kim", "", ""), ("bo", "", "")], false).unwrap_err().0, Code::Blank);
        assert_eq!(shares(&[("kim", "1", ""), ("se", "", "SE")], false).unwrap_err().0, Code::Blank);
        assert_eq!(shares(&[("kim", "0.5", ""), ("kim", "0.5", "")], false).unwrap_err().0, Code::DuplicateId);
    }
}
