// The statement: every line of the period under its component, each opening to its steps; then what did not
// count, and how what was earned became what is paid. All of it is in the page, so that it prints whole.
import { signal } from "@preact/signals";
import { sum } from "../decimal.ts";
import { money, period, t } from "../i18n.ts";
import type { Statement as Data, Entry, PayView } from "../types.ts";
import { answer } from "../whatif.ts";
import { detail, fetchDetails } from "./detail.tsx";
import { Line, openLines, toggle } from "./line.tsx";
import { MakeTest } from "./make-test-button.tsx";
import { Settled } from "./settled.tsx";

const wanted = signal("");
/** Over this many lines a component is cut into months, closed until they are opened. */
const LONG = 500;

interface Group {
  key: string;
  name: string;
  /** True where the lines are shown only when asked for. */
  folds: boolean;
  lines: { entry: Entry; at: number }[];
}

function groups(s: Data): Group[] {
  const found = new Map<string, Group>();
  for (const [at, entry] of s.entries.entries()) {
    const folds = s.entries.length > LONG;
    const month = folds ? (entry.deal_date?.slice(0, 7) ?? "") : "";
    const key = `${s.payee.id} ${s.period.label} ${entry.plan} ${entry.component} ${month}`;
    const name = entry.component + (month && ` · ${period(month)}`);
    const group = found.get(key) ?? { key, name, folds, lines: [] };
    group.lines.push({ entry, at });
    found.set(key, group);
  }
  return [...found.values()];
}

const matches = (entry: Entry): boolean => {
  const text = wanted.value.trim().toLocaleLowerCase();
  return (
    text === "" ||
    [entry.deal, entry.component, entry.reason, entry.deal_date].some((part) =>
      part?.toLocaleLowerCase().includes(text),
    )
  );
};

interface GroupProps {
  group: Group;
  s: Data;
  keyOf(at: number): string;
}

function GroupBody({ group, s, keyOf }: GroupProps) {
  const shown = group.lines.filter(({ entry }) => matches(entry));
  if (shown.length === 0) return null;
  const open = !group.folds || wanted.value.trim() !== "" || openLines.value.has(group.key);
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={4}>
          {group.folds && (
            <button
              type="button"
              class="opener"
              aria-expanded={open}
              aria-label={t("steps_open", { deal: group.name })}
              onClick={() => toggle(group.key)}
            />
          )}
          <bdi>{group.name}</bdi>{" "}
          {group.folds && <span class="muted">{t("lines", { n: group.lines.length })}</span>}
        </th>
        <td class="amount">{money(sum(group.lines.map(({ entry }) => entry.amount)), s.currency)}</td>
      </tr>
      {open &&
        shown.map(({ entry, at }) => (
          <Line key={keyOf(at)} entry={entry} held={s.held.filter((h) => h.entry === at)} keep={keyOf(at)} />
        ))}
    </tbody>
  );
}

export function Statement({ view }: { view: PayView }) {
  const s = view.statement;
  const NotCountedList = detail("NotCountedList");
  const Hypothetical = detail("Hypothetical");
  const all = groups(s);
  const keyOf = (at: number) => `${s.payee.id} ${s.period.label} ${s.currency} ${at}`;
  // What the button opens: the months of a long statement, else every line.
  const keys = all.some((g) => g.folds) ? all.map((g) => g.key) : s.entries.map((_, at) => keyOf(at));
  const anyOpen = keys.some((key) => openLines.value.has(key));
  const found = s.entries.filter(matches).length;
  return (
    <section class="card statement" aria-labelledby="statement-title">
      <header class="card-head">
        <h2 id="statement-title">
          {t("statement")} <span class="muted">{t("lines", { n: s.entries.length })}</span>
        </h2>
        <div class="tools screen">
          <input
            type="search"
            id="find"
            aria-label={t("find")}
            placeholder={t("find")}
            value={wanted.value}
            onInput={(event) => {
              wanted.value = event.currentTarget.value;
            }}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              wanted.value = "";
              event.currentTarget.blur();
            }}
          />
          <button
            type="button"
            class="quiet"
            disabled={keys.length === 0}
            onClick={() => {
              openLines.value = new Set(anyOpen ? [] : keys);
            }}
          >
            {t(anyOpen ? "close_all" : "open_all")}
          </button>
          <MakeTest payee={s.payee.id} period={s.period.label} />
          <button
            type="button"
            class="quiet"
            onClick={() => void fetchDetails().then(() => setTimeout(print))}
          >
            {t("print")}
          </button>
        </div>
      </header>
      <p class="visually-hidden" role="status">
        {wanted.value.trim() && t("found", { n: found })}
      </p>
      {s.entries.length === 0 && <p class="empty">{t("no_lines")}</p>}
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">{t("col_deal")}</th>
            <th scope="col">{t("col_day")}</th>
            <th scope="col" class="amount">
              {t("col_credit")}
            </th>
            <th scope="col">{t("col_how")}</th>
            <th scope="col" class="amount">
              {t("col_pay")}
            </th>
          </tr>
        </thead>
        {all.map((group) => (
          <GroupBody key={group.key} group={group} s={s} keyOf={keyOf} />
        ))}
        {answer.value && <Hypothetical s={s} />}
        <Settled s={s} />
      </table>
      {s.not_counted.length > 0 && (
        <details class="not-counted">
          <summary>{t("not_counted_n", { n: s.not_counted.length })}</summary>
          <NotCountedList list={s.not_counted} />
        </details>
      )}
    </section>
  );
}
