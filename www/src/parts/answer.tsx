// What a typed deal would add, below its fields.
import { sign } from "../decimal.ts";
import { effective, money, period as periodName, rate, t } from "../i18n.ts";
import { period } from "../state.ts";
import { answer, cells, heldOf, idOf, outside, type Row } from "../whatif.ts";
import { d } from "../words/details.ts";

export function Answer({ row, currency }: { row: Row; currency: string }) {
  const one = answer.value?.deals.find((d) => d.id === idOf(row));
  if (!one || cells(row) === null) return null;
  const way = sign(one.adds);
  const amount = money(way < 0 ? one.adds.slice(1) : one.adds, currency);
  const held = heldOf(one.id);
  const now = period.value;
  const told = { amount: money(held, currency) };
  const keeps = sign(held) !== 0 && (way === 0 ? t("adds_held", told) : d("adds_part_held", told));
  return (
    <p class="adds">
      {way === 0 && keeps && <strong>{keeps}</strong>}
      <strong>{way === 0 ? d("adds_nothing") : d(way > 0 ? "adds" : "takes", { amount })}</strong>
      {way !== 0 && keeps && <span class="muted">{keeps}</span>}
      {way === 0 && now && outside(row) && (
        <span class="outside">{d("adds_outside", { period: periodName(now.label, now) })}</span>
      )}
      {one.of_credit !== null && way !== 0 && (
        <span class="muted">{d("of_deal", { rate: effective(one.of_credit) })}</span>
      )}
      {one.next_rate !== null && <span class="moves">{d("moves", { rate: rate(one.next_rate) })}</span>}
    </p>
  );
}
