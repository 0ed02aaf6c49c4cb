//! Events that change nothing, and were hardly meant to: more paid for a deal than it is worth, more written off than is open, a
//! deal reinstated of which nothing was given back.

use super::settle::SoFar;
use crate::domain::diagnostic::{Code, Diagnostic};
use crate::domain::exact::shortest;
use crate::domain::facts::{Event, RowPlace};
use rust_decimal::Decimal;

/// What of them was found, each with how many deals it is about and the first.
#[derive(Debug, Default)]
pub(super) struct Idle {
    paid: Found,
    written_off: Found,
    reinstated: Found,
}

#[derive(Debug, Default)]
struct Found {
    deals: u64,
    first: Option<(String, RowPlace, &'static str, String)>,
}

impl Found {
    fn add(&mut self, event: &Event, kind: &'static str, said: impl FnOnce() -> String) {
        self.deals = self.deals.saturating_add(1);
        let deal = || event.deal.as_deref().unwrap_or_default().to_owned();
        self.first.get_or_insert_with(|| (deal(), event.place.clone(), kind, said()));
    }

    fn told(self, one: &str, many: &str, why: &str) -> Option<Diagnostic> {
        let (deal, place, kind, said) = self.first?;
        let message = match self.deals {
            1 => format!("deal `{deal}` {one}"),
            count => format!("{count} deals {many}, the first `{deal}`"),
        };
        let finding = Diagnostic::warning(Code::IdleEvent, message).in_cell(place.cell("kind", kind));
        Some(
            finding
                .why(format!("{said}; {why}"))
                .help("correct the events, or silence it: `check.off = [\"idle-event\"]`"),
        )
    }
}

impl Idle {
    /// An event that puts a deal back: is anything of it given back?
    pub fn reinstated(&mut self, event: &Event, so_far: &SoFar<'_>) {
        if so_far.left == so_far.whole {
            self.reinstated.add(event, "reinstated", || format!("on {}", event.date));
        }
    }

    /// A deal whose last event is taken in.
    pub fn ended(&mut self, so_far: &SoFar<'_>) {
        let SoFar { whole, paid, written_off, .. } = *so_far;
        if whole <= Decimal::ZERO {
            return; // a credit memo
        }
        if let Some(event) = so_far.payment.filter(|_| paid > whole) {
            self.paid.add(event, "paid", || format!("{} of {}", shortest(paid), shortest(whole)));
        }
        let open = whole.saturating_sub(paid).max(Decimal::ZERO);
        if let Some(event) = so_far.write_off.filter(|_| written_off > open) {
            self.written_off.add(event, "written_off", || format!("{} of {}", shortest(written_off), shortest(open)));
        }
    }

    /// The warnings.
    pub fn told(self) -> Vec<Diagnostic> {
        let paid = self.paid.told(
            "is paid for above its amount",
            "are paid for above their amount",
            "pay on cash ends with the amount of the deal, and what is above it pays nobody",
        );
        let written_off = self.written_off.told(
            "is written off by more than was open",
            "are written off by more than was open",
            "only what is not paid for can lapse",
        );
        let reinstated = self.reinstated.told(
            "is reinstated though nothing of it was given back",
            "are reinstated though nothing of them was given back",
            "an event of before may be missing, or of another deal",
        );
        [paid, written_off, reinstated].into_iter().flatten().collect()
    }
}
