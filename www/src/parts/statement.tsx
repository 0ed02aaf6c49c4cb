// The statement: every line of the period under its component, each opening to its steps; then what did not
// count, and how what was earned became what is paid. All of it is in the page, so that it prints whole.
import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { sum } from "../decimal.ts";
import { day, money, period, quantity, t } from "../i18n.ts";
import type { Statement as Data, Entry, PayView } from "../types.ts";
import { answer, printed, rows as whatIfRows } from "../whatif.ts";
import { NotCountedList } from "./not-counted.tsx";
import { Steps, Summary } from "./steps.tsx";

const wanted = signal("");
const openLines = signal<ReadonlySet<string>>(new Set());

const toggle = (key: string): void => {
  const next = new Set(openLines.value);
  if (!next.delete(key)) next.add(key);
  openLines.value = next;
};

/** Over this many lines a component is cut into months, closed at first. */
const LONG = 500;

interface Group {
  key: string;
  name: string;
  lines: { entry: Entry; at: number }[];
}

function groups(s: Data): Group[] {
  const found = new Map<string, Group>();
  for (const [at, entry] of s.entries.entries()) {
    const month = s.entries.length > LONG ? (entry.deal_date?.slice(0, 7) ?? "") : "";
    const key = `${entry.plan}\n${entry.component}\n${month}`;
    const group = found.get(key) ?? {
      key,
      name: entry.component + (month && ` · ${period(month)}`),
      lines: [],
    };
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

export function Line({
  entry,
  held,
  keep,
  tint,
}: {
  entry: Entry;
  held: Data["held"];
  keep: string;
  tint?: string | undefined;
}) {
  const id = useId();
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
          >
            <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
              <path d="M4 2l4 4-4 4" fill="none" stroke="currentColor" stroke-width="1.75" />
            </svg>
          </button>
          <bdi>{name}</bdi>
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

function Hypothetical({ s }: { s: Data }) {
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

function Settled({ s }: { s: Data }) {
  return (
    <tbody class="totals">
      <tr>
        <th scope="row" colSpan={4}>
          {t("total_earned")}
        </th>
        <td class="amount">{money(s.totals.earned, s.currency)}</td>
      </tr>
      {s.settle
        .filter((line) => line.step !== "earned")
        .map((line) => (
          <tr key={line.step} class="settle">
            <th scope="row" colSpan={4}>
              <span lang="en" dir="ltr">
                {line.text}
              </span>
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

export function Statement({ view }: { view: PayView }) {
  const s = view.statement;
  const all = groups(s);
  const keyOf = (at: number) => `${s.payee.id} ${s.period.label} ${s.currency} ${at}`;
  const keys = s.entries.map((_, at) => keyOf(at));
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
          <button type="button" class="quiet" onClick={() => print()}>
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
        {all.map((group) => {
          const shown = group.lines.filter(({ entry }) => matches(entry));
          if (shown.length === 0) return null;
          return (
            <tbody key={group.key}>
              <tr class="group">
                <th scope="rowgroup" colSpan={4}>
                  <bdi>{group.name}</bdi>
                </th>
                <td class="amount">{money(sum(group.lines.map(({ entry }) => entry.amount)), s.currency)}</td>
              </tr>
              {shown.map(({ entry, at }) => (
                <Line
                  key={keyOf(at)}
                  entry={entry}
                  held={s.held.filter((h) => h.entry === at)}
                  keep={keyOf(at)}
                />
              ))}
            </tbody>
          );
        })}
        <Hypothetical s={s} />
        <Settled s={s} />
      </table>
      <NotCountedList list={s.not_counted} />
    </section>
  );
}
