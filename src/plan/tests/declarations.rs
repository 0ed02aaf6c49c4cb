//! Declarations: what each setting puts into the plan, and what one plan shows only beside others.

use super::{HEAD, loaded, loaded_over};
use crate::domain::calendar::PeriodKind;
use crate::domain::exact::RoundingMode;
use crate::domain::facts::{Schema, deal_column, payee_field};
use crate::domain::value::Duration;
use crate::io::folder::Folder;
use crate::io::read_settings;
use crate::plan::load::{Surroundings, load, reads};
use crate::plan::model::{
    Accumulate, AmountRule, Base, ComponentKind, Condition, CreditRule, Ends, HeldAtLeaving, Method, Negative, On,
    Over, Pays, Per, Plan, PoolShare, Price, QuotaRule, RateDay, ShareRule, Since, SumOf, Take, Unit, When, Who,
    WriteOff,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A sound plan of this text.
fn plan_of(text: &str) -> Plan {
    let mut schema = Schema::standard();
    schema.event_kinds = vec![Arc::from("installed"), Arc::from("lapsed")];
    schema.rate_sets = vec![Arc::from("ecb")];
    let found = loaded_over(&schema, &[("p.rhai", text)]);
    assert!(found.findings.is_empty(), "{:#?}", found.findings);
    found.plans.into_iter().next().unwrap()
}

fn body(text: &str) -> Plan {
    plan_of(&format!("{HEAD}{text}"))
}

fn fixed(rule: Option<&AmountRule>) -> (Decimal, Option<String>) {
    match rule {
        Some(AmountRule::Fixed(amount)) => (amount.figure, amount.currency.map(|c| c.code().to_owned())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_settings_of_a_plan() {
    let plan = plan_of(
        "plan(\"P\", #{ currency: \"EUR\", from: \"2026-01-01\", to: \"2026-12-31\", payout: \"quarter\",
            rounding: #{ mode: \"half_up\", per: \"period\" }, negative: \"charge\",
            recover: #{ share: 50.pct, floor: 300.USD, instalments: 3 }, recover_order: [\"draw\", \"clawback\"],
            minimum: 25, convert: #{ deals: \"period average\", pay: \"earned\", rates: \"ecb\" },
            write_off: \"release\", leaver: \"forfeit\", attainment: \"restart\" });",
    );
    assert_eq!((plan.rounding.mode, plan.rounding.per_period), (RoundingMode::HalfUp, true));
    assert_eq!(
        (plan.negative, plan.write_off, plan.leaver),
        (Negative::Charge, WriteOff::Release, HeldAtLeaving::Forfeit)
    );
    assert_eq!((plan.recover.share, plan.recover.instalments), (d("0.5"), Some(3)));
    assert_eq!(plan.recover.floor.unwrap().currency.unwrap().code(), "USD");
    assert!(plan.draws_first && plan.restarts);
    assert_eq!(plan.minimum.unwrap().figure, d("25"));
    assert_eq!(
        (plan.convert.deals, plan.convert.pay, &*plan.convert.rates),
        (RateDay::PeriodAverage, RateDay::Counted, "ecb")
    );
    let plain = body("");
    assert_eq!((plain.payout, plain.negative, plain.draws_first), (PeriodKind::Month, Negative::Carry, false));
    assert_eq!((plain.recover.share, plain.rounding.per_period, plain.restarts), (Decimal::ONE, false, false));
}

#[test]
fn the_settings_of_a_measure() {
    let plan = body(
        "let m = measure(\"m\", #{ period: \"month\", who: |deal, payee| (payee.region ?? \"\") == deal.region,
            which: |event| (event.amount ?? 0) > 0, when: \"paid\", credit: |deal, event| deal.quantity,
            share: \"cents\", quota: |quota, period| round(quota * period.active_share, 0), prorate: \"none\",
            ramp: #{ quarters: [30.pct, 60.pct] }, accumulate: \"year\", order: |deal| -deal.amount });
        let year = measure(\"year\", #{ period: \"anniversary\", credit: m, quota: 12 });
        let team_year = measure(\"team\", #{ period: \"year\", credit: team(m, \"all\") });
        let survey = measure(\"survey\", #{ period: \"quarter\", credit: \"given\" });
        let starts = measure(\"starts\", #{ period: \"plan\", when: |deal| deal.starts ?? date(\"2026-01-01\"), share: 100.pct });
        bonus(\"B\", #{ on: m, pay: steps([[0.pct, 0], [100.pct, 500]]) });",
    );
    let [m, year, team, survey, starts] = plan.measures.as_slice() else { panic!() };
    assert!(matches!(m.who, Who::Formula(_)) && m.which.is_some() && m.order.is_some());
    assert!(matches!((&m.when, &m.share, &m.quota), (When::Paid, ShareRule::Cents, QuotaRule::Formula(_))));
    assert_eq!(
        (m.unit, m.prorate, m.quota_read, m.accumulate.clone()),
        (Unit::Number, false, true, Some(Accumulate::Within(PeriodKind::Year)))
    );
    let ramp = m.ramp.as_ref().unwrap();
    assert_eq!((ramp.quarters, ramp.steps.as_slice()), (true, [d("0.3"), d("0.6")].as_slice()));
    // What is credited by another measure counts in its unit, on its day.
    assert!(matches!((&year.credit, &year.when), (CreditRule::Measure(0), When::Paid)));
    assert_eq!((year.unit, year.period.clone()), (Unit::Number, PeriodKind::Anniversary));
    assert!(matches!(&team.credit, CreditRule::Sum(0)) && team.unit == Unit::Number);
    assert!(matches!(survey.credit, CreditRule::Given));
    assert!(matches!((&starts.when, &starts.share), (When::Formula(_), ShareRule::Fixed(all)) if *all == Decimal::ONE));
}

#[test]
fn the_settings_that_components_share() {
    let plan = body(
        "let m = measure(\"m\", #{ period: \"quarter\" });
        commission(\"C\", #{ on: group(m, \"team\"), rate: marginal([[0, 4.pct], [500, 5.pct]]), of: |deal| deal.amount - deal.cost,
            per: \"account\", who: |payee| (payee.role ?? \"\") == \"AE\", which: |credit| credit > 5,
            only_if: |period| m.attainment > 50.pct && period.number > 1, multiplier: steps([[0.pct, 1], [100.pct, 1.5]]),
            floor: #{ deal: 5, period: |payee, period| min(m.total, 2) }, cap: #{ period: 20_000.GBP, year: 50_000, excess: \"carry\" },
            payable: [[50.pct, \"installed\"], [20.pct, 9.months], [20.pct, \"end of quarter\"], [10.pct, \"released\"]],
            paid: \"at end\", rates: \"ecb\", from: \"2026-02-01\", to: \"2026-06-30\" });
        commission(\"D\", #{ on: m, rate: dated([[\"2026-01-01\", 4.pct], [\"2026-07-01\", 5.pct]]) });",
    );
    let [c, dated] = plan.components.as_slice() else { panic!() };
    assert_eq!((&c.on, c.pays, c.per), (&On::Sum(0), Pays::Rate, Per::Column(deal_column::ACCOUNT)));
    assert_eq!((&plan.sums[0].of, plan.sums[0].over), (&SumOf::Measure(0), Over::Group(payee_field::TEAM)));
    assert!(matches!((&c.price, &c.of, &c.multiplier), (Price::Table(_), Base::Formula(_), Some(Price::Table(_)))));
    assert!(c.who.is_some() && c.which.is_some() && c.only_if.is_some() && c.at_end);
    assert_eq!(fixed(c.floor.deal.as_ref()), (d("5"), None));
    assert!(matches!(c.floor.period, Some(AmountRule::Formula(_))) && !c.floor.carries && c.cap.carries);
    assert_eq!(fixed(c.cap.period.as_ref()), (d("20000"), Some("GBP".to_owned())));
    let conditions = [
        (d("0.5"), Condition::Event(Arc::from("installed"))),
        (d("0.2"), Condition::After(Duration::Months(9))),
        (d("0.2"), Condition::EndOf(PeriodKind::Quarter)),
        (d("0.1"), Condition::Released),
    ];
    assert_eq!(c.payable, conditions);
    assert_eq!((c.rates.as_deref(), c.from, c.to), (Some("ecb"), "2026-02-01".parse().ok(), "2026-06-30".parse().ok()));
    assert!(matches!(&dated.price, Price::Dated(rows) if rows.len() == 2) && !dated.at_end);
    // The quota of a group is that of its members: what reads it reads the measure's.
    assert!(plan.measures[0].quota_read);
}

#[test]
fn the_settings_of_each_kind() {
    let plan = body(
        "let m = measure(\"m\", #{ period: \"quarter\" });
        spiff(\"S\", #{ on: m, pay: 500.EUR, first: 2, budget: 10_000 });
        objectives(\"O\", #{ period: \"half\", weights: #{ a: 40.pct, b: 60.pct }, of: 1_000 });
        pool(\"P\", #{ on: everyone(m), rate: 1.pct, share: #{ AE: 60.pct, SE: 40.pct } });
        pool(\"Q\", #{ on: m, per: \"deal\", pay: |deal| deal.amount * 1.pct, share: \"equal\" });
        residual(\"R\", #{ on: m, every: \"month\", ends: \"term\", rate: steps([[1, 0.pct], [2, 1.pct]]) });
        override(\"T\", #{ on: team(m), per: \"deal\", rate: |deal| if deal.amount > 5 { 1.pct } else { 0.pct } });
        bonus(\"B\", #{ on: m, of: \"credit\", rate: 1.pct });",
    );
    let [s, o, p, q, r, t, b] = plan.components.as_slice() else { panic!() };
    assert!(matches!(&s.kind, ComponentKind::Spiff { first: Some(2), budget: Some(_) }));
    assert!(matches!(&s.price, Price::Constant(amount) if amount.currency.unwrap().code() == "EUR"));
    assert!(matches!(&o.kind, ComponentKind::Objectives { weights } if weights.len() == 2));
    // Without a rate the score itself is paid.
    assert!(matches!((&o.on, o.pays, o.at_end), (On::Periods(PeriodKind::Half), Pays::Rate, true)));
    let Price::Table(score) = &o.price else { panic!() };
    assert_eq!(
        score.tiers().unwrap().marginal_sum(d("1.1").into(), Decimal::ONE.into()).unwrap().value().unwrap(),
        d("1.1")
    );
    assert!(matches!(&p.kind, ComponentKind::Pool { share: PoolShare::Roles(parts) } if parts.len() == 2) && p.at_end);
    assert!(matches!((&q.kind, &q.of), (ComponentKind::Pool { share: PoolShare::Equal }, Base::Credit)));
    assert!(matches!(&r.kind, ComponentKind::Residual { every: PeriodKind::Month, ends: Ends::Term }));
    assert!(matches!((&t.kind, &t.of), (ComponentKind::Override, Base::Credit)) && !t.at_end);
    assert!(matches!((&b.kind, &b.of), (ComponentKind::Bonus, Base::Credit)) && b.at_end);
}

#[test]
fn what_follows_once_pay_is_earned() {
    let plan = body(
        "let m = measure(\"m\", #{ period: \"quarter\" });
        let a = commission(\"A\", #{ on: m, rate: 4.pct });
        let b = commission(\"B\", #{ on: m, rate: 1.pct, only_if: || a.earned > 0 });
        cap(\"Both\", #{ of: [a, b], period: 500, payout: 400.EUR, excess: \"carry\" });
        draw(\"D\", #{ amount: |payee| 500, per: \"month\", pays: \"ahead\", recover: 50.pct, floor: 100, limit: 900,
            recover_if: |period| period.service_month > 6, leaver: \"forgive\", prorate: \"none\" });
        guarantee(\"G\", #{ amount: 300, of: [b], counts: \"earned\", to: \"2026-03-31\" });
        clawback(\"Early\", #{ within: 90.days, method: \"restate\" });
        clawback(\"Late\", #{ on: [\"cancelled\", \"lapsed\"], of: [a], after: 90.days, method: \"reverse\",
            base: \"first\", take: |deal, event| if event.date < deal.closed { 100.pct } else { 50.pct } });",
    );
    let cap = &plan.caps[0];
    assert_eq!((cap.of.as_slice(), cap.limits.carries), ([0, 1].as_slice(), true));
    assert_eq!(fixed(cap.payout.as_ref()), (d("400"), Some("EUR".to_owned())));
    let draw = &plan.draws[0];
    assert!(draw.ahead && draw.forgiven_at_leaving && !draw.prorate && draw.recover_if.is_some());
    assert_eq!((draw.recover, draw.per.clone()), (d("0.5"), Some(PeriodKind::Month)));
    let guarantee = &plan.guarantees[0];
    assert_eq!((guarantee.of.as_slice(), guarantee.counts_earned, guarantee.prorate), ([1].as_slice(), true, true));
    let [early, late] = plan.clawbacks.as_slice() else { panic!() };
    assert_eq!((early.on.len(), early.within, early.since), (2, Some(Duration::Days(90)), Since::Closed));
    assert!(matches!(early.method, Method::Restate));
    assert!(matches!(late.method, Method::Reverse { take: Take::Formula(_), of_first: true }));
    let mut columns = BTreeSet::new();
    reads(&plan, &mut |read, _| {
        columns.insert(format!("{read:?}"));
    });
    for read in ["Earned(0)", "Event(Date)", "Deal(1)", "Period(ServiceMonth)"] {
        assert!(columns.contains(read), "{read}: {columns:?}");
    }
}

#[test]
fn what_a_name_counts_in_is_known_from_its_plan() {
    let manager = format!(
        "{}let reps = measure(\"reps\", #{{ period: \"quarter\", credit: team(\"meetings\") }});
        override(\"Team\", #{{ on: reps, pay: 5 }});
        override(\"Coaching\", #{{ on: team(\"Meeting pay\"), rate: 5.pct }});",
        HEAD.replace("\"P\"", "\"A manager\"")
    );
    let reps = format!(
        "{HEAD}let m = measure(\"meetings\", #{{ period: \"quarter\", credit: 1, ramp: #{{ months: [50.pct] }} }});
        commission(\"Meeting pay\", #{{ on: m, pay: 5 }});"
    );
    let found = loaded(&[("a.rhai", &manager), ("p.rhai", &reps)]);
    assert_eq!(found.plans[0].measures[0].unit, Unit::Number, "{:#?}", found.findings);
    // Nothing reads the quota of the meetings.
    assert_eq!(found.findings.len(), 1, "{:#?}", found.findings);
    let rate = manager.replace("pay: 5", "rate: 5.pct");
    let told = loaded(&[("a.rhai", &rate), ("p.rhai", &reps)]).findings;
    assert!(told.iter().any(|finding| finding.code.word() == "wrong-rate"), "{told:#?}");
    let tiers = manager.replace("rate: 5.pct", "rate: marginal([[0.pct, 5.pct]])");
    let told = loaded(&[("a.rhai", &tiers), ("p.rhai", &reps)]).findings;
    assert!(told.iter().any(|finding| finding.code.word() == "tier-kind"), "{told:#?}");
    let reading = format!(
        "{manager}bonus(\"All\", #{{ on: reps, pay: 5, only_if: || team(\"meetings\").members_at(80.pct) > 2 }});"
    );
    let found = loaded(&[("a.rhai", &reading), ("p.rhai", &reps)]);
    assert!(found.findings.is_empty(), "{:#?}", found.findings);
    let money = HEAD.replace("\"P\"", "\"Z\"") + "let m = measure(\"meetings\", #{ period: \"month\" });";
    let told = loaded(&[("a.rhai", &reading), ("p.rhai", &reps), ("z.rhai", &money)]).findings;
    assert!(told.iter().any(|finding| finding.code.word() == "mixed-kinds"), "{told:#?}");
}

#[test]
fn versions_of_one_plan_follow_one_another() {
    let first = HEAD.replace("2026-12-31", "2026-06-30");
    let second = HEAD.replace("2026-01-01", "2026-07-01");
    let measure = "let m = measure(\"m\", #{ period: \"quarter\" });\ncommission(\"C\", #{ on: m, rate: 4.pct });";
    let found = loaded(&[("a.rhai", &format!("{first}{measure}")), ("b.rhai", &format!("{second}{measure}"))]);
    assert!(found.findings.is_empty(), "{:#?}", found.findings);
    assert_eq!(found.plans.len(), 2);
}

/// The twelve worked plans of the language, where they lie beside the project.
#[test]
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::disallowed_methods, reason = "a test reads its plans")]
fn the_twelve_plans_load() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/plans");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: there is no {}", folder.display());
        return;
    };
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let text = read(&folder.join("earnmark.toml"));
    // Which file holds the rates is no matter of the plans: only the name of the set is.
    let text = text.split("[rates.ecb]").next().unwrap().to_owned();
    let mut project = Folder::default();
    project.put("earnmark.toml", text);
    let (settings, findings) = read_settings(&project);
    assert!(findings.is_empty(), "{findings:#?}");
    let mut settings = settings.unwrap();
    settings.schema.rate_sets = vec![Arc::from("ecb")];
    let mut scripts: BTreeMap<Arc<str>, String> = BTreeMap::new();
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "rhai") {
            scripts.insert(Arc::from(path.file_name().unwrap().to_str().unwrap()), read(&path));
        }
    }
    let roles = [Arc::from("SDR")];
    let around = Surroundings { schema: &settings.schema, calendar: &settings.calendar, roles: &roles };
    let found = load(&scripts, None, around);
    // Two ladders and a gate jump, as they are meant to.
    let told = found.findings.iter().filter(|finding| !finding.code.is_off_by_itself());
    let words: Vec<&str> = told.map(|finding| finding.code.word()).collect();
    assert_eq!(words, ["cliff"; 3], "{:#?}", found.findings);
    assert_eq!(found.plans.len(), 12);
}
