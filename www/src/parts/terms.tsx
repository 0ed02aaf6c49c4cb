// What the plan, or whoever decided it, says of a line of the settlement, behind its words.
import { money, percent } from "../i18n.ts";
import type { Term } from "../types.ts";
import { d, made } from "../words/details.ts";
import { English } from "./english.tsx";

const value = ({ code, value }: Term, currency: string): string =>
  code === "part" ? percent(value) : money(value, currency);

function Said({ term, currency }: { term: Term; currency: string }) {
  // A reason is in the words of whoever gave it.
  if (term.code === "said") return <q dir="auto">{term.value}</q>;
  if (term.code === "instalments") return <span>{d("term_instalments", { n: Number(term.value) })}</span>;
  const said = made(`term_${term.code}`, term.value ? { value: value(term, currency) } : {});
  return said ? <span>{said}</span> : <English text={term.text} />;
}

export const Terms = ({ list, currency }: { list: Term[]; currency: string }) => (
  <small class="terms muted">
    {list.map((term) => (
      <span key={`${term.code} ${term.value}`}>
        {" · "}
        <Said term={term} currency={currency} />
      </span>
    ))}
  </small>
);
