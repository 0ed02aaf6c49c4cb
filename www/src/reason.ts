// The engine's line of English about how an amount came about, in the language of the page. Its parts are of few forms, which
// the statement's words say too; a line with a part of another form stays as it is.
import { shift } from "./decimal.ts";
import type { Key } from "./en.ts";
import { isolate, number, rate, t } from "./i18n.ts";
import { p } from "./words/plan.ts";

const FIGURE = String.raw`-?[\d,]+(?:\.\d+)?(?: %)?`;
const BOUND = `(${FIGURE})(?: of quota)?`;
const PRODUCT = `(${FIGURE}(?: × ${FIGURE})?)`;
const form = (text: string): RegExp => new RegExp(`^${text}$`);

/** What there is in figures and words: a product, and where it stands in a table. */
const TIER = form(`${PRODUCT}(?:, at ${BOUND})?(?:, from ${BOUND}(?: to ${BOUND}| up))?`);
/** The others, with the figures that they name. */
const OTHERS: [RegExp, Key][] = [
  [form("earned for this line before"), "step_before"],
  [form("pays nothing"), "step_not_paid"],
  [form(`times ${PRODUCT}`), "step_multiplier"],
  [form(`up to the floor(?: of ${PRODUCT})?`), "step_floor"],
  [form(`over the cap(?: of ${PRODUCT})?`), "step_cap"],
  [form("the gate is shut"), "step_gate"],
  [form("the budget is used up"), "step_budget"],
  [form(`${PRODUCT} of a pool of ${PRODUCT}`), "step_pool"],
  [form(`${PRODUCT} of ${PRODUCT} taken back`), "step_taken_back"],
  [form(`${PRODUCT} of ${PRODUCT} given back`), "step_given_back"],
  [form("on money that will not come"), "step_lapse"],
  [form("forfeited at leaving"), "step_forfeit"],
  [form("rounding of the parts"), "step_rounding"],
  [form(`up to the guarantee(?: of ${PRODUCT})?(?:, from ${PRODUCT})?`), "step_guarantee"],
];

/** An objective by its name, and what of a pool nobody has. */
const OBJECTIVE = form(`(.+?): ${PRODUCT}(?:, scored (${FIGURE}))?`);
const REST = new RegExp(`, of which (${FIGURE}) reach nobody$`);

const figure = (text: string): string => {
  const plain = text.replaceAll(",", "");
  return plain.endsWith(" %") ? rate(shift(plain.slice(0, -2), -2)) : number(plain);
};
const product = (text: string): string => text.split(" × ").map(figure).join(" × ");

function tier([, base = "", at, from, to]: RegExpExecArray): string {
  const said = [product(base)];
  if (from && to) said.push(t("step_tier", { from: figure(from), to: figure(to) }));
  else if (from) said.push(t("step_tier_open", { from: figure(from) }));
  const what = said.join(t("list_comma"));
  return at ? t("step_at", { what, at: figure(at) }) : what;
}

/** A part; nothing where its form is not known. What stands in brackets is in the words of the script. */
function part(text: string): string | null {
  const rest = REST.exec(text);
  if (rest) {
    const before = part(text.slice(0, rest.index));
    return before && [before, p("reason_rest", { amount: figure(rest[1] ?? "") })].join(t("list_comma"));
  }
  const [, body = "", made] = /^(.*?)(?: (\(.*\)))?$/.exec(text) ?? [];
  const end = made ? ` ${isolate(made)}` : "";
  const table = TIER.exec(body);
  if (table) return tier(table) + end;
  const objective = OBJECTIVE.exec(body);
  if (objective) {
    const [, name = "", base = "", score] = objective;
    const said = `${isolate(name)}: ${product(base)}${end}`;
    return score ? [said, p("reason_scored", { score: figure(score) })].join(t("list_comma")) : said;
  }
  for (const [pattern, key] of OTHERS) {
    const found = pattern.exec(body);
    if (!found) continue;
    const figures = found.slice(1).filter(Boolean).map(product);
    return [...figures, t(key)].join(t("list_comma")) + end;
  }
  return null;
}

/** The line in the language of the page; nothing where one of its parts is of an unknown form. */
export function told(reason: string): string | null {
  // Not inside brackets: what a part was worked from has the same sign between its parts.
  const parts = reason.split(/; (?![^()]*\))/).map(part);
  return parts.includes(null) ? null : parts.join(" + ");
}
