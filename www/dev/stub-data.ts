// The invented company of the stand-in engine: a handful of payees, two plans, half a year of deals.

export interface StubPlan {
  name: string;
  file: string;
  currency: string;
  text: string;
  /** From attainment (hundredths of a percent), rate (hundredths of a percent). */
  tiers: [number, number][];
  quota: bigint;
}

const AE = `// Account executives: accelerators on a quarterly quota.
plan("Account Executive", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31", payout: "month" });

let bookings = measure("bookings", #{
    period: "quarter",
    which:  |deal| deal.kind != "renewal",
    credit: |deal| deal.amount,
});

commission("New business", #{
    on:   bookings,
    rate: marginal([
        [  0.pct,  4.pct],
        [ 50.pct,  8.pct],
        [100.pct, 12.pct],
        [150.pct, 15.pct],
    ]),
});
spiff("Two years or more", #{ on: bookings, which: |deal| deal.term >= 24, pay: 400 });
`;
const EU = AE.replace("Account Executive", "EMEA field sales")
  .replace("USD", "EUR")
  .replace("Account executives", "EMEA");

export const PLANS: StubPlan[] = [
  {
    name: "Account Executive",
    file: "rules/ae.rhai",
    currency: "USD",
    text: AE,
    quota: 25000000n,
    tiers: [
      [0, 400],
      [5000, 800],
      [10000, 1200],
      [15000, 1500],
    ],
  },
  {
    name: "EMEA field sales",
    file: "rules/emea.rhai",
    currency: "EUR",
    text: EU,
    quota: 18000000n,
    tiers: [
      [0, 600],
      [10000, 1000],
    ],
  },
];

export const PAYEES = [
  { id: "P-01", name: "Grace Whitfield", plan: 0 },
  { id: "P-02", name: "ليلى الحداد", plan: 0 },
  { id: "P-03", name: "Tomás Ferreira", plan: 0 },
  { id: "P-04", name: "Marit Østby", plan: 1 },
  { id: "P-05", name: "سامر النابلسي", plan: 1 },
  { id: "P-06", name: "Ruth Adeyemi", plan: 0 },
];

export interface StubDeal {
  id: string;
  payee: string;
  closed: string;
  cents: bigint;
  kind: string;
  term: number;
}

/** A small generator with a fixed seed: the same company every time. */
function* random(): Generator<number> {
  let state = 20260101;
  for (;;) {
    state = (state * 48271) % 2147483647;
    yield state;
  }
}

export const DEALS: StubDeal[] = [];
const next = random();
for (let n = 0; n < 170; n += 1) {
  const draw = (of: number) => (next.next().value as number) % of;
  const payee = PAYEES[draw(5)]?.id ?? "P-01";
  const month = String(1 + draw(5)).padStart(2, "0");
  const day = String(1 + draw(28)).padStart(2, "0");
  const kind = ["new", "new", "new", "expansion", "renewal"][draw(5)] ?? "new";
  DEALS.push({
    id: `D-${String(9100 + n)}`,
    payee,
    closed: `2026-${month}-${day}`,
    cents: BigInt(500000 + draw(4000000)),
    kind,
    term: [12, 12, 24, 36][draw(4)] ?? 12,
  });
}
DEALS.sort((a, b) => (a.closed + a.id < b.closed + b.id ? -1 : 1));
