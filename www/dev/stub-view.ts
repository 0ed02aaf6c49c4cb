// The arithmetic of the stand-in engine: marginal rates over a quarter, one fixed bonus a deal, nothing more.
import type { Digests, Entry, Gauge, PayView, Statement, Step } from "../src/types.ts";
import { DEALS, PAYEES, PLANS, type StubDeal } from "./stub-data.ts";

export const money = (cents: bigint): string => {
  const text = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
};
export const cents = (text: string): bigint => {
  const [whole = "0", part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(2, "0").slice(0, 2));
};
const fraction = (hundredths: number): string => (hundredths / 10000).toString();
export const ratio = (a: bigint, b: bigint): string => {
  const text = ((a * 10000000000n) / b).toString().padStart(11, "0");
  return `${text.slice(0, -10)}.${text.slice(-10)}`;
};
const half = (n: bigint, d: bigint): bigint => (2n * n + d) / (2n * d);

export const PERIODS = ["01", "02", "03", "04", "05"].map((m) => ({
  label: `2026-${m}`,
  from: `2026-${m}-01`,
  to: `2026-${m}-${({ "01": 31, "02": 28, "03": 31, "04": 30, "05": 31 } as Record<string, number>)[m]}`,
}));
const hex = (seed: string): string => {
  let h = 7n;
  for (const c of seed) h = (h * 1099511628211n + BigInt(c.charCodeAt(0))) % (1n << 256n);
  return ((h * 0x9e3779b97f4a7c15f39cc0605cedc834n ** 3n) % (1n << 256n)).toString(16).padStart(64, "0");
};
export const digests = (seed: string): Digests => ({
  plan: hex("plan"),
  data: hex(`data${seed}`),
  people: hex("people"),
  project: hex("project"),
  result: hex(`result${seed}`),
  run: hex(`run${seed}`),
});

const month = (d: string): number => Number(d.slice(5, 7));
const quarter = (d: string): number => Math.ceil(month(d) / 3);

export function view(payeeId: string, label: string, extra: StubDeal[]): PayView {
  const payee = PAYEES.find((p) => p.id === payeeId) ?? PAYEES[0];
  const period = PERIODS.find((p) => p.label === label) ?? PERIODS[0];
  const plan = PLANS[payee?.plan ?? 0];
  if (!payee || !period || !plan) throw new Error("stub");
  const q = quarter(period.from);
  const measured = `2026-Q${q}`;
  const mine = [...DEALS, ...extra]
    .filter((d) => d.payee === payee.id && quarter(d.closed) === q && d.closed <= period.to)
    .sort((a, b) => (a.closed < b.closed ? -1 : a.closed > b.closed ? 1 : 0));
  const entries: Entry[] = [];
  let total = 0n;
  let earned = 0n;
  const entry = (
    component: string,
    d: StubDeal,
    amount: bigint,
    steps: Step[],
    line: number,
    credit: bigint,
  ): Entry => ({
    payee: payee.id,
    period: label,
    component,
    deal: d.id,
    deal_date: d.closed,
    amount: money(amount),
    currency: plan.currency,
    plan: plan.name,
    measured,
    kind: "earn",
    cause: "own",
    earned: money(amount),
    payable: money(amount),
    reason: steps.map((s) => s.text).join("; "),
    plan_currency: plan.currency,
    steps,
    credit: {
      base: money(d.cents),
      currency: plan.currency,
      share: "1",
      role: null,
      amount: money(credit),
      measure: "bookings",
      unit: "money",
      file: plan.file,
      line: 4,
    },
    source: { file: plan.file, line },
  });
  const spiffs: Entry[] = [];
  for (const d of mine) {
    if (d.kind === "renewal") continue;
    const steps: Step[] = [];
    let line = 0n;
    const from = total;
    total += d.cents;
    for (const [i, [at, pct]] of plan.tiers.entries()) {
      const lo = (plan.quota * BigInt(at)) / 10000n;
      const upper = plan.tiers[i + 1];
      const hi = upper ? (plan.quota * BigInt(upper[0])) / 10000n : total + 1n;
      const slice = (total < hi ? total : hi) - (from > lo ? from : lo);
      if (slice <= 0n) continue;
      const pay = half(slice * BigInt(pct), 10000n);
      line += pay;
      steps.push({
        kind: "tier",
        text: `${money(slice)} at ${pct / 100} %`,
        base: money(slice),
        rate: fraction(pct),
        amount: money(pay),
        from: fraction(at),
        to: upper ? fraction(upper[0]) : null,
        bounds: "attainment",
      });
    }
    if (d.closed < period.from) continue;
    earned += line;
    entries.push(entry("New business", d, line, steps, 10, d.cents));
    if (d.term >= 24 && payee.plan === 0) {
      earned += 40000n;
      spiffs.push(
        entry(
          "Two years or more",
          d,
          40000n,
          [
            {
              kind: "amount",
              text: "400.00 for a deal of two years or more",
              base: null,
              rate: null,
              amount: "400.00",
              from: null,
              to: null,
              bounds: null,
            },
          ],
          19,
          d.cents,
        ),
      );
    } else if (payee.plan === 0)
      spiffs.push(
        entry(
          "Two years or more",
          d,
          0n,
          [
            {
              kind: "not_paid",
              text: "which: deal.term >= 24",
              base: null,
              rate: null,
              amount: "0.00",
              from: null,
              to: null,
              bounds: null,
            },
          ],
          19,
          d.cents,
        ),
      );
  }
  const payAt = (credit: bigint): bigint =>
    plan.tiers.reduce((sum, [at, pct], i) => {
      const lo = (plan.quota * BigInt(at)) / 10000n;
      const upper = plan.tiers[i + 1];
      const hi = upper ? (plan.quota * BigInt(upper[0])) / 10000n : credit;
      const slice = (credit < hi ? credit : hi) - lo;
      return slice > 0n ? sum + half(slice * BigInt(pct), 10000n) : sum;
    }, 0n);
  const upcoming = plan.tiers.find(([at]) => (plan.quota * BigInt(at)) / 10000n > total);
  const corners = [...plan.tiers.map(([at]) => at), 20000];
  const missing = upcoming ? (plan.quota * BigInt(upcoming[0])) / 10000n - total : 0n;
  const gauge: Gauge = {
    plan: plan.name,
    component: "New business",
    measure: "bookings",
    period: measured,
    unit: "money",
    currency: plan.currency,
    total: money(total),
    quota: money(plan.quota),
    attainment: ratio(total, plan.quota),
    mode: "marginal",
    tiers: plan.tiers.map(([at, pct]) => ({
      from: fraction(at),
      bounds: "attainment",
      rate: fraction(pct),
      pay: null,
    })),
    next: upcoming
      ? { at: fraction(upcoming[0]), missing: money(missing), rate: fraction(upcoming[1]), pay: null }
      : null,
    curve: corners.map((at) => ({
      x: fraction(at),
      amount: money(payAt((plan.quota * BigInt(at)) / 10000n)),
    })),
    here: { x: ratio(total, plan.quota), amount: money(payAt(total)) },
  };
  const brought = payee.id === "P-02" ? -25000n : 0n;
  const taken = earned < -brought ? earned : -brought;
  const nothing = { owed: "0.00", draw: "0.00", over_cap: "0.00", due: "0.00", net: "0.00" };
  const statement: Statement = {
    format: 1,
    engine: "0.1.0-stub",
    state: "draft",
    incomplete: 0,
    company: "Meridian Instruments",
    payee: { id: payee.id, name: payee.name },
    period,
    as_of: period.to,
    currency: plan.currency,
    totals: { earned: money(earned), payable: money(earned), payout: money(earned - taken) },
    balances: {
      before: { ...nothing, owed: money(-brought), net: money(brought) },
      after: { ...nothing, owed: money(-brought - taken), net: money(brought + taken) },
    },
    settle: [
      { step: "earned", amount: money(earned), text: "Earned in this period" },
      ...(taken ? [{ step: "recover", amount: money(-taken), text: "Recovered of what was owed" }] : []),
    ],
    measures: [
      {
        plan: plan.name,
        name: "bookings",
        period: measured,
        total: money(total),
        quota: money(plan.quota),
        attainment: ratio(total, plan.quota),
        unit: "money",
        next: upcoming ? { at: fraction(upcoming[0]), missing: money(missing) } : null,
      },
    ],
    entries: [...entries, ...spiffs],
    held: [],
    not_counted: mine
      .filter((d) => d.kind === "renewal" && d.closed >= period.from)
      .map((d) => ({
        deal: d.id,
        reason: 'measure "bookings" leaves it out: deal.kind != "renewal"',
        plan: plan.name,
        file: plan.file,
        line: 6,
        code: "which",
      })),
    digests: digests(payee.id + label),
  };
  return { statement, gauges: [gauge] };
}
