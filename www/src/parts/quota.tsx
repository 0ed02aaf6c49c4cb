// How a quota came about.
import { compare } from "../decimal.ts";
import { number, period as periodName, quantity } from "../i18n.ts";
import type { QuotaMade, QuotaPart } from "../types.ts";
import { d } from "../words/details.ts";
import { ScriptLine } from "./script-line.tsx";

function Part({ part, quota: q, first }: { part: QuotaPart; quota: QuotaMade; first: boolean }) {
  const figure = (text: string) => quantity(text, q.unit, q.currency);
  const label = periodName(part.period.label, part.period);
  const rows: [string, string][] = [[d(`quota_by_${q.rule}`, { period: label }), figure(part.said)]];
  if (compare(part.at_work, part.said) !== 0)
    rows.push([
      d("quota_days", { active: number(String(part.active_days)), days: number(String(part.days)) }),
      figure(part.at_work),
    ]);
  if (q.ramp) rows.push([d("quota_ramp"), figure(part.quota)]);
  return (
    <>
      {rows.map(([what, amount], n) => (
        <tr key={what} class={n === 0 && !first ? "part" : ""}>
          <th scope="row">{what}</th>
          <td class="amount">{amount}</td>
        </tr>
      ))}
    </>
  );
}

export function Quota({ of: q }: { of: QuotaMade }) {
  return (
    <section
      class="quota-made"
      aria-label={d("quota_of", { measure: q.measure, period: periodName(q.period) })}
    >
      <h3>
        <bdi>{q.measure}</bdi> <span class="muted">{periodName(q.period)}</span>
      </h3>
      <table>
        <tbody>
          {q.parts.map((part, n) => (
            <Part key={part.period.label} part={part} quota={q} first={n === 0} />
          ))}
          <tr class="sum">
            <th scope="row">{d("quota_counts")}</th>
            <td class="amount">{quantity(q.quota, q.unit, q.currency)}</td>
          </tr>
        </tbody>
      </table>
      <p class="muted small path">
        <ScriptLine file={q.source.file} line={q.source.line} />
      </p>
    </section>
  );
}
