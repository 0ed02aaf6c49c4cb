// Payee by payee, the largest change first: both amounts, the change, and where the two versions first part.
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { asked } from "../compare.ts";
import { sign } from "../decimal.ts";
import { digitsOf, effective, money, period as periodName, t } from "../i18n.ts";
import { openLines, toggle } from "../parts/line.tsx";
import { formula, kindOf } from "../parts/summary.tsx";
import { save } from "../save.ts";
import { settleName } from "../settle.ts";
import { engine, opened, tell } from "../state.ts";
import type { ComparedRow, Why, WhySide } from "../types.ts";
import { useWindow } from "../window.ts";
import { c } from "../words/compare.ts";
import { keyOf, look, reasons } from "./reasons.ts";

const wanted = signal("");

const name = (why: Why): string => (why.kind === "settle" ? settleName(why.component) : why.component);

const period = (label: string): string =>
  periodName(
    label,
    opened.value?.periods.find((one) => one.label === label),
  );

/** What one version says: its amount, and the step that the other has not. */
function Said({
  side,
  other,
  currency,
}: {
  side: WhySide | null;
  other: "compare_only_a" | "compare_only_b";
  currency: string;
}) {
  if (!side) return <span class="muted">{c(other)}</span>;
  const step = side.step;
  return (
    <>
      <span class="amount">{money(side.amount, currency)}</span>
      {step && (
        <span class="muted">
          {" "}
          {formula(step, side.step_currency) ?? kindOf(step)}
          {formula(step, side.step_currency) !== null && step.kind !== "flat" && ` (${kindOf(step)})`}
        </span>
      )}
    </>
  );
}

function Difference({ why, currency }: { why: Why; currency: string }) {
  const source = (why.b ?? why.a)?.source;
  return (
    <div class="difference">
      <p>
        <strong>
          <bdi>{name(why)}</bdi>
        </strong>{" "}
        <span class="muted">
          {c("compare_first_in", { period: period(why.period) })}
          {why.deal && (
            <>
              {", "}
              {c("compare_deal", { deal: why.deal })}
            </>
          )}
        </span>
      </p>
      <dl class="two">
        <div>
          <dt>{c("compare_side_a")}</dt>
          <dd>
            <Said side={why.a} other="compare_only_b" currency={currency} />
          </dd>
        </div>
        <div>
          <dt>{c("compare_side_b")}</dt>
          <dd>
            <Said side={why.b} other="compare_only_a" currency={currency} />
          </dd>
        </div>
      </dl>
      {source && <p class="muted path">{t("line_of", { file: source.file, line: digitsOf(source.line) })}</p>}
    </div>
  );
}

function Components({ row }: { row: ComparedRow }) {
  if (row.components.length === 0) return null;
  return (
    <table class="components">
      <thead>
        <tr>
          <th scope="col">{c("compare_component")}</th>
          <th scope="col" class="amount">
            {c("compare_side_a")}
          </th>
          <th scope="col" class="amount">
            {c("compare_side_b")}
          </th>
          <th scope="col" class="amount">
            {c("compare_change")}
          </th>
        </tr>
      </thead>
      <tbody>
        {row.components.map((one) => (
          <tr key={`${one.plan} ${one.component}`}>
            <th scope="row">
              <bdi>{one.component}</bdi> <span class="muted small">{one.plan}</span>
            </th>
            <td class="amount">{money(one.a, row.currency)}</td>
            <td class="amount">{money(one.b, row.currency)}</td>
            <td class="amount">{money(one.change, row.currency, true)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `at`: which line of the table it is, counted with the head. */
function Row({ row, at }: { row: ComparedRow; at: number }) {
  const key = keyOf(row);
  const said = reasons.value.get(key);
  const why = said?.why ?? null;
  const open = openLines.value.has(key);
  const s = sign(row.change);
  return (
    <>
      <tr class={s > 0 ? "gain" : s < 0 ? "loss" : ""} data-row={key} aria-rowindex={at}>
        <th scope="row">
          <span class="who">
            <button
              type="button"
              class="opener"
              disabled={said !== undefined && !why}
              aria-expanded={open}
              aria-label={c("compare_details", { payee: row.name })}
              onClick={() => toggle(key)}
            />
            <bdi>{row.name}</bdi>
          </span>
        </th>
        <td class="amount a">{money(row.a, row.currency)}</td>
        <td class="amount b">{money(row.b, row.currency)}</td>
        <td class="amount change">{money(row.change, row.currency, true)}</td>
        <td class="amount part">{row.part === null ? "–" : effective(row.part)}</td>
        <td class={why ? "why" : "why muted"}>
          {why ? (
            <span>
              <bdi>{name(why)}</bdi>
              <span class="muted small">
                {(why.b ?? why.a)?.source
                  ? t("line_of", {
                      file: ((why.b ?? why.a)?.source?.file ?? "").replace(/^.*\//, ""),
                      line: digitsOf((why.b ?? why.a)?.source?.line ?? 0),
                    })
                  : period(why.period)}
              </span>
            </span>
          ) : (
            (said && c("compare_nothing")) || "…"
          )}
        </td>
      </tr>
      {open && said && why && (
        <tr class="compare-detail" data-row={key}>
          <td colSpan={6}>
            <Difference why={why} currency={row.currency} />
            <Components row={said} />
          </td>
        </tr>
      )}
    </>
  );
}

/** As high as the rows that are not drawn. */
function Space({ high }: { high: number }) {
  return (
    <tr class="space">
      <td colSpan={6} style={{ height: `${high}px` }} />
    </tr>
  );
}

async function csv(): Promise<void> {
  const ask = asked.value;
  if (!ask) return;
  try {
    save("compare.csv", await engine().call("compare_csv", ask.a, ask.b, ask.period), "text/csv");
  } catch (error) {
    tell(error, "view");
  }
}

export function Rows({ rows }: { rows: ComparedRow[] }) {
  const text = wanted.value.trim().toLocaleLowerCase();
  // Rows and their keys are the same ones while the table is scrolled: thousands of keys are looked up for a frame, and a
  // text that has been looked up before is found faster than one that is new.
  const own = useMemo(
    () =>
      rows.filter(
        (row) =>
          text === "" ||
          row.name.toLocaleLowerCase().includes(text) ||
          row.payee.toLocaleLowerCase().includes(text),
      ),
    [rows, text],
  );
  const { ref, span, place } = useWindow(useMemo(() => own.map(keyOf), [own]));
  useEffect(() => look(own.slice(span.first, span.last)), [own, span.first, span.last]);
  return (
    <section class="card" aria-labelledby="compare-rows">
      <header class="card-head">
        <h2 id="compare-rows">{c("compare_rows")}</h2>
        <div class="compare-tools screen">
          <input
            type="search"
            id="find"
            aria-label={c("compare_find")}
            placeholder={c("compare_find")}
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
          <button type="button" class="quiet" id="compare-csv" onClick={csv}>
            {c("save_csv")}
          </button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
      <section class="scroll" tabIndex={0} aria-label={c("compare_histogram")}>
        <table class="compared" aria-rowcount={own.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">{t("payee")}</th>
              <th scope="col" class="amount a">
                {c("compare_side_a")}
              </th>
              <th scope="col" class="amount">
                {c("compare_side_b")}
              </th>
              <th scope="col" class="amount">
                {c("compare_change")}
              </th>
              <th scope="col" class="amount part">
                {c("compare_percent")}
              </th>
              <th scope="col" class="why">
                {c("compare_why")}
              </th>
            </tr>
          </thead>
          <tbody ref={ref}>
            {span.before > 0 && <Space high={span.before} />}
            {own.slice(span.first, span.last).map((row, n) => (
              <Row key={place(span.first + n)} row={row} at={span.first + n + 2} />
            ))}
            {span.after > 0 && <Space high={span.after} />}
          </tbody>
        </table>
      </section>
    </section>
  );
}
