// The way from earned to paid, at the end of a statement.
import type { Key } from "../en.ts";
import { known, money, t } from "../i18n.ts";
import { type Row, way } from "../settled.ts";
import type { Statement as Data } from "../types.ts";
import { detail } from "./detail.tsx";
import { English } from "./english.tsx";

/** A step of the settlement in words. */
export const Step = ({ row }: { row: Row }) =>
  known(`settle_${row.step}`) ? t(`settle_${row.step}` as Key) : <English text={row.text} />;

export function Settled({ s }: { s: Data }) {
  const Terms = detail("Terms");
  return (
    <tbody class="totals">
      <tr>
        <th scope="row" colSpan={4}>
          {t("total_earned")}
        </th>
        <td class="amount">{money(s.totals.earned, s.currency)}</td>
      </tr>
      {way(s).map((row) => (
        <tr key={row.step} class="settle">
          <th scope="row" colSpan={4}>
            <Step row={row} />
            {row.terms && <Terms list={row.terms} currency={s.currency} />}
          </th>
          <td class="amount">{money(row.amount, s.currency)}</td>
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
