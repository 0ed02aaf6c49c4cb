// What the component pays at every point: the curve, a range and a number field that test a point of it, a table.
import { useId, useState } from "preact/hooks";
import { Curve, curveEnd } from "../charts.tsx";
import { compare, onCurve, shift } from "../decimal.ts";
import { focusOn } from "../focus.ts";
import { field, minorUnit, money, percent, period, quantity, rate, t } from "../i18n.ts";
import { readNumber } from "../input.ts";
import type { Gauge, PayView } from "../types.ts";
import { chosen, keyOf } from "./gauge-card.tsx";

/** A step of the range in money or units: a hundredth of the axis, rounded to one digit. */
function roundStep(end: number): number {
  const power = 10 ** Math.floor(Math.log10(end / 100));
  return Math.max(Math.round(end / 100 / power) * power, power);
}

function Table({ gauge: g }: { gauge: Gauge }) {
  return (
    <details class="as-table">
      <summary>{t("as_table")}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{g.quota !== null ? t("attainment") : t("col_credit")}</th>
            <th scope="col" class="amount">
              {t("pays")}
            </th>
          </tr>
        </thead>
        <tbody>
          {g.curve.map((corner, n) => (
            // Two corners may share a point, where the curve jumps.
            // Corners have no other identity
            <tr key={n}>
              <th scope="row">
                {g.quota !== null ? rate(corner.x) : quantity(corner.x, g.unit, g.currency)}
              </th>
              <td class="amount">{money(corner.amount, g.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Tester({ gauge: g }: { gauge: Gauge }) {
  const share = g.quota !== null;
  const end = curveEnd(g);
  const [test, setTest] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const step = share ? 1 : roundStep(end);
  const last = g.curve.at(-1)?.x ?? "0";
  const within = (x: string) => (compare(x, "0") < 0 ? "0" : compare(x, last) > 0 ? last : x);
  /** From a number on the field's own scale (percent points, money) to a point of the axis. */
  const take = (text: string) => setTest(within(share ? shift(text, -2) : text));
  const shown = test ?? g.here.x;
  const inField = share ? shift(shown, 2) : shown;
  const whole = String(Math.round(Number(inField) / step) * step);
  const keys = (event: KeyboardEvent) => {
    const by = event.key === "PageUp" ? 10 : event.key === "PageDown" ? -10 : 0;
    if (by === 0) return;
    event.preventDefault();
    take(String(Math.max(0, Number(whole) + by * step)));
  };
  const amount = test === null ? g.here.amount : onCurve(g.curve, test, minorUnit(g.currency));
  const at = share ? percent(shown) : quantity(shown, g.unit, g.currency);
  const read = typed === null ? null : readNumber(typed.replace(/[%٪]/g, ""));
  const outside =
    read !== null && within(share ? shift(read, -2) : read) !== (share ? shift(read, -2) : read);
  const onAxis = (x: string) => (share ? percent(x) : quantity(x, g.unit, g.currency));
  const trouble =
    typed !== null && read === null
      ? t("not_a_number", { example: field(share ? "87.5" : "25000") })
      : outside
        ? t("test_range", { from: onAxis("0"), to: onAxis(last) })
        : "";
  const said = useId();
  return (
    <figure>
      <Curve
        gauge={g}
        test={test}
        pick={(x) => {
          setTyped(null);
          take(share ? String(Math.round(x * 100)) : String(Math.round(x / step) * step));
        }}
      />
      <div class="tester screen">
        <label class="range">
          <span>{share ? t("test_attainment") : t("test_total")}</span>
          <input
            type="range"
            dir="ltr"
            min="0"
            max={share ? Math.floor(Number(shift(last, 2))) : Number(last)}
            step={step}
            value={whole}
            aria-valuetext={t("curve_at", { x: at, amount: money(amount, g.currency) })}
            onKeyDown={keys}
            onInput={(event) => {
              setTyped(null);
              take(event.currentTarget.value);
            }}
          />
        </label>
        <label class="exact">
          <span>{t("test_number")}</span>
          <span class="with-unit">
            <input
              type="text"
              inputMode="decimal"
              dir="ltr"
              size={9}
              value={typed ?? field(inField)}
              aria-invalid={trouble !== ""}
              aria-describedby={trouble ? said : undefined}
              onInput={(event) => {
                const text = event.currentTarget.value;
                setTyped(text);
                const read = readNumber(text.replace(/[%٪]/g, ""));
                if (read !== null) take(read);
              }}
              // What cannot be shown stays, with what is said of it.
              onBlur={() => trouble === "" && setTyped(null)}
            />
            <span aria-hidden="true">{share ? "%" : g.unit === "money" ? g.currency : ""}</span>
          </span>
        </label>
        {trouble && (
          <p class="wrong" id={said} role="status">
            {trouble}
          </p>
        )}
      </div>
      <figcaption>
        {/* On paper the curve stands where the payee stands, whatever is tested on the screen. */}
        <span class="print-only">
          {t("curve_at", {
            x: share ? percent(g.here.x) : quantity(g.here.x, g.unit, g.currency),
            amount: money(g.here.amount, g.currency),
          })}
        </span>
        <output class="screen" aria-live="polite">
          {t("curve_at", { x: at, amount: money(amount, g.currency) })}
        </output>
        <button
          type="button"
          class={test === null ? "quiet screen unseen" : "quiet screen"}
          disabled={test === null}
          onClick={() => {
            setTest(null);
            setTyped(null);
            focusOn(".tester input[type=range]");
          }}
        >
          {t("reset")}
        </button>
      </figcaption>
      <Table gauge={g} />
    </figure>
  );
}

export function CurveCard({ view }: { view: PayView }) {
  const g = chosen(view);
  if (!g || g.curve.length < 2) return null;
  return (
    <section class="card curve-card" aria-labelledby="curve-title">
      <header class="card-head">
        <h2 id="curve-title">{t("curve", { component: g.component })}</h2>
        <span class="muted">
          {g.quota !== null ? t("curve_attainment") : t("curve_total")} · {period(g.period)}
        </span>
      </header>
      <Tester key={`${keyOf(g)} ${view.statement.payee.id}`} gauge={g} />
    </section>
  );
}
