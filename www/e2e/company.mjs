// An invented company of any size under the reference plan of `examples/reference`: the same files in every run.
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(`../../examples/reference/${path}`, import.meta.url), "utf8");
const PRODUCTS = ["atlas", "beacon", "cirrus", "delta", "ember"];
const KINDS = ["new", "expansion", "renewal"];
/** Payees to a manager. */
const TEAM = 10;
const DAY = 86_400_000;

/** A small generator of figures below an end (mulberry32). */
function random(seed) {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** The reference plan, and the same with a dearer rate. */
export const PLAN = read("rules/reference.rhai");
export const DEARER = PLAN.replace("[125.pct, 15.pct]", "[125.pct, 16.pct]");

/** The files of a company, by path: of its deals 3 in 100 are cancelled within 200 days and 10 in 100 split. */
export function company(deals, payees) {
  const below = random(7);
  const rep = (n) => `R${String(n % payees).padStart(5, "0")}`;
  const rows = ["deal_id,close_date,amount,product,kind,rep_id,split_rep_id,split_pct,cancelled_on"];
  for (let n = 0; n < deals; n += 1) {
    const closed = Date.UTC(2026, 0, 1 + below(365));
    const who = below(payees);
    const cents = 50_000 + below(2_000_000);
    rows.push(
      [
        `D${String(n).padStart(7, "0")}`,
        new Date(closed).toISOString().slice(0, 10),
        `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
        PRODUCTS[below(PRODUCTS.length)],
        KINDS[below(KINDS.length)],
        rep(who),
        below(10) === 0 ? `${rep(who + 1)},40%` : ",",
        below(100) < 3 ? new Date(closed + (1 + below(200)) * DAY).toISOString().slice(0, 10) : "",
      ].join(),
    );
  }
  const people = ["rep_id,manager_id"];
  const quotas = ["rep_id,quarter,quota"];
  for (let n = 0; n < payees; n += 1) {
    people.push(`${rep(n)},M${String(Math.floor(n / TEAM)).padStart(4, "0")}`);
    for (let quarter = 1; quarter <= 4; quarter += 1)
      quotas.push(`${rep(n)},2026Q${quarter},${100_000 + below(200_000)}.00`);
  }
  const file = (lines) => `${lines.join("\n")}\n`;
  return {
    "earnmark.toml": read("earnmark.toml"),
    "rules/reference.rhai": PLAN,
    "data/deals.csv": file(rows),
    "data/reps.csv": file(people),
    "data/quotas.csv": file(quotas),
  };
}
