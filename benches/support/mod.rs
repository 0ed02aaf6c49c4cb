//! A company of any size under the reference plan of `examples/reference`, made anew from a seed, and the same pay worked
//! by hand-written code that knows nothing but this plan.

use earnmark::Folder;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const SETTINGS: &str = include_str!("../../examples/reference/earnmark.toml");
const PLAN: &str = include_str!("../../examples/reference/rules/reference.rhai");
const PRODUCTS: [(&str, i64); 5] = [("atlas", 100), ("beacon", 125), ("cirrus", 80), ("delta", 150), ("ember", 50)];
const KINDS: [(&str, i64); 3] = [("new", 4), ("expansion", 4), ("renewal", 1)];
/// Payees to a manager.
const TEAM: u64 = 10;

/// A small generator (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}

/// The plans that are measured: each on the deals of the reference plan.
pub const PLANS: [&str; 5] = [
    "examples/reference",
    "benches/plans/retroactive",
    "benches/plans/currencies",
    "benches/plans/pool",
    "benches/plans/monthly",
];

/// A company on one of the plans.
pub fn company_on(plan: &str, deals: u64, payees: u64) -> Folder {
    let mut folder = company(deals, payees);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(plan);
    let script = if plan == PLANS[0] { "rules/reference.rhai" } else { "rules/plan.rhai" };
    for (path, file) in [("earnmark.toml", "earnmark.toml"), ("rules/reference.rhai", script)] {
        folder.put(path, fs::read(root.join(file)).unwrap_or_default());
    }
    folder
}

/// The folder of a company: of its deals 8 in 100 are cancelled and 10 in 100 split.
pub fn company(deals: u64, payees: u64) -> Folder {
    let mut random = Random(7);
    let mut text = String::from("deal_id,close_date,amount,product,kind,rep_id,split_rep_id,split_pct,cancelled_on\n");
    for n in 0..deals {
        let (product, _) = PRODUCTS[usize::try_from(random.below(5)).unwrap_or(0)];
        let (kind, _) = KINDS[usize::try_from(random.below(3)).unwrap_or(0)];
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        let rep = random.below(payees);
        let split = if random.below(10) == 0 { format!("R{:06},40%", (rep + 1) % payees) } else { ",".to_owned() };
        let cancelled = match random.below(100) {
            0..8 => format!("2027-{month:02}-{day:02}"),
            _ => String::new(),
        };
        let amount = 50_000 + random.below(2_000_000);
        let _ = writeln!(
            text,
            "D{n:08},2026-{month:02}-{day:02},{}.{:02},{product},{kind},R{rep:06},{split},{cancelled}",
            amount / 100,
            amount % 100
        );
    }
    let mut people = String::from("rep_id,manager_id\n");
    let mut quotas = String::from("rep_id,quarter,quota\n");
    for rep in 0..payees {
        let _ = writeln!(people, "R{rep:06},M{:05}", rep / TEAM);
        for quarter in 1..=4 {
            let _ = writeln!(quotas, "R{rep:06},2026Q{quarter},{}.00", 100_000 + random.below(200_000));
        }
    }
    let mut folder = Folder::new("bench", BTreeMap::new());
    folder.put("earnmark.toml", SETTINGS);
    folder.put("rules/reference.rhai", PLAN);
    folder.put("data/deals.csv", text);
    folder.put("data/reps.csv", people);
    folder.put("data/quotas.csv", quotas);
    folder
}
