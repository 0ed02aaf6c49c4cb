// What the plan says of a line of the settlement, behind its words.
import { money, number, percent } from "../i18n.ts";
import type { Term } from "../types.ts";
import { d, made } from "../words/details.ts";
import { English } from "./english.tsx";

const value = ({ code, value }: Term, currency: string): string => {
  if (code === "part") return percent(value);
  return code === "instalments" ? number(value) : money(value, currency);
};

export const Terms = ({ list, currency }: { list: Term[]; currency: string }) => (
  <small class="terms muted">
    {list.map((term) => (
      <span key={term.code}>
        {" · "}
        {term.code === "instalments"
          ? d("term_instalments", { n: Number(term.value) })
          : (made(`term_${term.code}`, term.value ? { value: value(term, currency) } : {}) ?? (
              <English text={term.text} />
            ))}
      </span>
    ))}
  </small>
);
