// One line of the statement and, under it, how it came about.
import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { day, money, period, quantity, t } from "../i18n.ts";
import type { Entry, Statement } from "../types.ts";
import { detail } from "./detail.tsx";
import { Summary } from "./summary.tsx";

export const openLines = signal<ReadonlySet<string>>(new Set());

export const toggle = (key: string): void => {
  const next = new Set(openLines.value);
  if (!next.delete(key)) next.add(key);
  openLines.value = next;
};

/** A name of so many characters is read in one piece; a longer one may be broken anywhere. */
const SHORT = 24;

export function Line({
  entry,
  held,
  keep,
  tint,
}: {
  entry: Entry;
  held: Statement["held"];
  keep: string;
  tint?: string | undefined;
}) {
  const id = useId();
  const Steps = detail("Steps");
  const open = openLines.value.has(keep);
  const name = tint ?? entry.deal ?? period(entry.measured);
  const kind = tint ? "line hypothetical" : "line";
  return (
    <>
      {/* The button in the row does the same by keys. */}
      <tr
        class={open ? `${kind} open` : kind}
        onClick={(event) => {
          if (!(event.target as Element).closest("button, a, details")) toggle(keep);
        }}
      >
        <th scope="row" class="deal">
          <button
            type="button"
            class="opener"
            aria-expanded={open}
            aria-controls={id}
            aria-label={t("steps_open", { deal: name })}
            onClick={() => toggle(keep)}
          />
          <bdi class={name.length > SHORT ? "long" : ""}>{name}</bdi>
          {tint && <span class="word">{t("whatif_word")}</span>}
        </th>
        <td class="day">{entry.deal_date && day(entry.deal_date)}</td>
        <td class="amount credit-cell">
          {entry.credit && quantity(entry.credit.amount, entry.credit.unit, entry.plan_currency)}
        </td>
        <td class="how">
          <Summary entry={entry} />
        </td>
        <td class="amount pay">{money(entry.amount, entry.currency)}</td>
      </tr>
      <tr class={tint ? "detail hypothetical" : "detail"} id={id} hidden={!open}>
        <td colSpan={5}>
          <Steps entry={entry} held={held} />
        </td>
      </tr>
    </>
  );
}
