// The lines of deals that have not closed, under those of the statement.
import { negate, sign, sum } from "../decimal.ts";
import { money, t } from "../i18n.ts";
import type { Statement as Data, Entry } from "../types.ts";
import { answer, printed, rows as whatIfRows } from "../whatif.ts";
import { d } from "../words/details.ts";
import { Line } from "./line.tsx";

/** What the deals change beside their own lines: by component, then between earned and paid. With the lines it adds up
 *  to the change. */
function otherwise(s: Data, then: Data, lines: readonly Entry[], change: string): [string, string][] {
  const moved = new Map<string, string[]>();
  const note = (entry: Entry, amount: string) =>
    moved.set(entry.component, [...(moved.get(entry.component) ?? []), amount]);
  for (const entry of then.entries) if (!lines.includes(entry)) note(entry, entry.amount);
  for (const entry of s.entries) note(entry, negate(entry.amount));
  const rows = [...moved].map(([component, parts]): [string, string] => [component, sum(parts)]);
  const told = [...lines.map((entry) => entry.amount), ...rows.map(([, amount]) => amount)];
  const rest = sum([change, ...told.map(negate)]);
  return [...rows, [d("settle"), rest] as [string, string]].filter(([, amount]) => sign(amount) !== 0);
}

export function Hypothetical({ s }: { s: Data }) {
  const then = answer.value;
  const ids = new Map(then?.deals.map((d, n) => [d.id, n]) ?? []);
  const lines = then?.view.statement.entries.filter((e) => e.deal !== null && ids.has(e.deal)) ?? [];
  if (!then || lines.length === 0) return null;
  const name = (entry: Entry) => {
    const at = whatIfRows.value.findIndex((row) => entry.deal === `what-if-${row.key}`);
    // An open deal of the pipeline has a number of its own.
    return at < 0 ? (entry.deal ?? "") : t("whatif_deal", { n: at + 1 });
  };
  return (
    <tbody class={printed.value ? "hypothetical-group" : "hypothetical-group screen"}>
      <tr class="group">
        <th scope="rowgroup" colSpan={4}>
          {d("whatif_lines")}
        </th>
        <td class="amount">{money(then.change, s.currency, true)}</td>
      </tr>
      {lines.map((entry) => (
        <Line
          key={`${entry.deal} ${entry.component}`}
          entry={entry}
          held={[]}
          keep={`what-if ${entry.deal} ${entry.component}`}
          tint={name(entry)}
        />
      ))}
      {otherwise(s, then.view.statement, lines, then.change).map(([what, amount]) => (
        <tr key={what} class="hypothetical moved">
          <th scope="row" colSpan={4}>
            <bdi>{what}</bdi>
            <span class="word">{t("whatif_word")}</span>
          </th>
          <td class="amount pay">{money(amount, s.currency, true)}</td>
        </tr>
      ))}
    </tbody>
  );
}
