// What follows the lines of a statement: deals that have not closed, and the way from earned to paid.
import type { Key } from "../en.ts";
import { known, money, t } from "../i18n.ts";
import type { Statement as Data, Entry } from "../types.ts";
import { answer, printed, rows as whatIfRows } from "../whatif.ts";
import { English } from "./english.tsx";
import { Line } from "./line.tsx";

export function Hypothetical({ s }: { s: Data }) {
  const then = answer.value;
  const ids = new Map(then?.deals.map((d, n) => [d.id, n]) ?? []);
  const lines = then?.view.statement.entries.filter((e) => e.deal !== null && ids.has(e.deal)) ?? [];
  if (!then || lines.length === 0) return null;
  const name = (entry: Entry) => {
    const at = whatIfRows.value.findIndex((row) => entry.deal === `what-if-${row.key}`);
    return t("whatif_deal", { n: at + 1 });
  };
  return (
    <tbody class={printed.value ? "hypothetical-group" : "hypothetical-group screen"}>
      <tr class="group">
        <th scope="rowgroup" colSpan={4}>
          {t("whatif_lines")}
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
    </tbody>
  );
}

export function Settled({ s }: { s: Data }) {
  return (
    <tbody class="totals">
      <tr>
        <th scope="row" colSpan={4}>
          {t("total_earned")}
        </th>
        <td class="amount">{money(s.totals.earned, s.currency)}</td>
      </tr>
      {s.settle
        .filter((line) => line.step !== "earned" && line.step !== "payout")
        .map((line) => (
          <tr key={line.step} class="settle">
            <th scope="row" colSpan={4}>
              {known(`settle_${line.step}`) ? t(`settle_${line.step}` as Key) : <English text={line.text} />}
            </th>
            <td class="amount">{money(line.amount, s.currency)}</td>
          </tr>
        ))}
      <tr class="payout-row">
        <th scope="row" colSpan={4}>
          {t("total_payout")}
        </th>
        <td class="amount">{money(s.totals.payout, s.currency)}</td>
      </tr>
    </tbody>
  );
}
