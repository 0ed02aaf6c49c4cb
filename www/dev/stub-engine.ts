// Stands in for the compiled engine while `www/pkg` is not there: same calls, same shapes, a small invented
// company. Never part of a release.
import type { Finding, Gauge, Opened, WhatIf, WhatIfDeal } from "../src/types.ts";
import { DEALS, PAYEES, PLANS, type StubDeal } from "./stub-data.ts";
import { cents, digests, money, PERIODS, ratio, view } from "./stub-view.ts";

export default async function init(_options: { module_or_path: WebAssembly.Module }): Promise<void> {}

export class Engine {
  #sample = true;
  #name = "";

  #opened(): Opened {
    return {
      ok: true,
      findings: [],
      engine: "0.1.0-stub",
      company: this.#sample ? "Meridian Instruments" : "My project",
      sample: this.#sample,
      currency: "USD",
      payees: PAYEES.map((p) => ({ id: p.id, name: p.name, plans: [PLANS[p.plan]?.name ?? ""] })),
      periods: PERIODS,
      latest: "2026-05",
      first_payee: "P-01",
      plans: PLANS.map(({ name, file, currency, text }) => ({ name, file, currency, text })),
      counts: { deals: DEALS.length, payees: PAYEES.length, plans: PLANS.length, filtered: 0 },
      deal_fields: [
        { name: "amount", type: "money", values: [], needed: true },
        { name: "kind", type: "text", values: ["new", "expansion", "renewal"], needed: true },
        { name: "term", type: "number", values: [], needed: false, plans: ["Account Executive"] },
        { name: "closed", type: "date", values: [], needed: true },
      ],
      guess: this.#sample
        ? null
        : {
            file: this.#name,
            columns: [
              { field: "id", column: "deal_id", samples: ["1001", "1002", "1003"] },
              { field: "closed", column: "close_date", samples: ["2026-01-03", "2026-01-09", "2026-02-11"] },
              { field: "amount", column: "value", samples: ["12500", "980.40", "31000"] },
            ],
            unused: ["notes", "stage"],
          },
      digests: digests("open"),
    };
  }
  open_sample(): string {
    this.#sample = true;
    return JSON.stringify(this.#opened());
  }
  open_files(files: { path: string; bytes: Uint8Array }[]): string {
    const none = { number: null, place: null, label: null, labels: [], why: null, notes: [] };
    const findings: Finding[] = files.flatMap(({ path, bytes }) =>
      new TextDecoder()
        .decode(bytes)
        .split("\n")
        .flatMap((line, at) =>
          line.includes("31.02.")
            ? [
                {
                  ...none,
                  code: "bad-date",
                  severity: "error" as const,
                  message: "no such day",
                  cell: { file: path, row: at + 1, column: "close_date", value: line.split(",")[1] ?? "" },
                  help: "expected YYYY-MM-DD",
                },
              ]
            : [],
        ),
    );
    if (findings.length > 0) return JSON.stringify({ ...this.#opened(), ok: false, findings });
    this.#sample = false;
    this.#name = files[0]?.path ?? "";
    return JSON.stringify(this.#opened());
  }
  pay(payee: string, period: string): string {
    return JSON.stringify([view(payee, period, [])]);
  }
  what_if(payee: string, period: string, json: string): string {
    const deals = JSON.parse(json) as WhatIfDeal[];
    const made = deals.map(
      ({ id, cells }): StubDeal => ({
        id,
        payee,
        closed: cells.closed ?? "",
        cents: cents(cells.amount ?? "0"),
        kind: cells.kind ?? "new",
        term: Number(cells.term ?? 12),
      }),
    );
    const payouts = [[], ...made.map((_, n) => made.slice(0, n + 1))].map((some) =>
      view(payee, period, some),
    );
    const paid = payouts
      .map((v) => v.statement.totals.payout)
      .map((a) => (a.startsWith("-") ? -cents(a.slice(1)) : cents(a)));
    const last = payouts.at(-1);
    if (!last) throw new Error("stub");
    const result: WhatIf = {
      total: last.statement.totals.payout,
      change: money((paid.at(-1) ?? 0n) - (paid[0] ?? 0n)),
      findings: [],
      view: last,
      deals: made.map((d, n) => {
        const adds = (paid[n + 1] ?? 0n) - (paid[n] ?? 0n);
        const [a, b] = [payouts[n]?.gauges[0], payouts[n + 1]?.gauges[0]];
        const tier = (g: Gauge | undefined) =>
          g?.tiers.filter((x) => Number(x.from) <= Number(g.attainment)).at(-1)?.rate ?? null;
        return {
          id: d.id,
          adds: money(adds),
          credit: money(d.cents),
          of_credit: d.cents ? ratio(adds, d.cents) : null,
          next_rate: tier(a) === tier(b) ? null : tier(b),
        };
      }),
    };
    return JSON.stringify(result);
  }
}
