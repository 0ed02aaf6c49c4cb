// The two drawings of a payout: the gauge (where the payee stands among the rates) and the curve (what the
// component pays at every attainment). The gauge reads in the direction of the language; axes of numbers do not.
import { useId } from "preact/hooks";
import { onCurve } from "./decimal.ts";
import { compact, dir, minorUnit, money, percent, quantity, rate, t } from "./i18n.ts";
import { boundsOf, gaugeEnd, standing, ticks, useWidth } from "./scale.ts";
import type { Gauge } from "./types.ts";

/** A boundary as the axis says it: a percent, or a short number. */
const boundary = (g: Gauge, at: string): string => (boundsOf(g) === "attainment" ? percent(at) : compact(at));

/** A tier's rate or amount. */
export const worth = (g: Gauge, tier: { rate: string | null; pay: string | null }): string =>
  tier.rate !== null ? rate(tier.rate) : tier.pay !== null ? money(tier.pay, g.currency) : "";

const BAR = { top: 26, height: 22 };

export function GaugeBar({ gauge: g, ghost }: { gauge: Gauge; ghost: Gauge | null }) {
  const [ref, width] = useWidth<HTMLDivElement>(560);
  const clip = useId();
  const end = gaugeEnd(g, ghost);
  const mirrored = dir.value === "rtl";
  const x = (v: number): number => {
    const at = (Math.min(Math.max(v, 0), end) / end) * width;
    return mirrored ? width - at : at;
  };
  const span = (from: number, to: number) => {
    const [a, b] = [x(from), x(to)];
    return { x: Math.min(a, b), width: Math.abs(a - b) };
  };
  const here = Number(standing(g));
  const then = ghost ? Number(standing(ghost)) : here;
  let wide = width;
  const inside = (at: number) => Math.min(Math.max(at, 16), width - 16);
  const credited = quantity(g.total, g.unit, g.currency);
  const label =
    g.quota !== null && g.attainment !== null
      ? t("gauge_label", {
          component: g.component,
          amount: credited,
          percent: percent(g.attainment),
          quota: quantity(g.quota, g.unit, g.currency),
        })
      : t("gauge_label_total", { component: g.component, amount: credited });
  return (
    <div ref={ref} class="gauge">
      <svg viewBox={`0 0 ${width} 74`} width="100%" height="74" role="img" aria-label={label}>
        <clipPath id={clip}>
          <rect x="0" y={BAR.top} width={width} height={BAR.height} rx="6" />
        </clipPath>
        <g clip-path={`url(#${clip})`}>
          <rect class="bar-back" x="0" y={BAR.top} width={width} height={BAR.height} />
          {ghost && then !== here && (
            <rect
              class="bar-ghost"
              y={BAR.top}
              height={BAR.height}
              {...span(Math.min(here, then), Math.max(here, then))}
            />
          )}
          <rect
            class="bar-fill"
            y={BAR.top}
            height={BAR.height}
            {...span(0, Math.min(here, ghost ? then : here))}
          />
        </g>
        {g.tiers.map((tier, n) => {
          const from = Number(tier.from);
          const to = Number(g.tiers[n + 1]?.from ?? end);
          const part = span(from, to);
          const on = here >= from && (n + 1 === g.tiers.length || here < to);
          const cut = n > 0 || from > 0;
          // Boundaries that lie together would be printed on one another.
          const clear = cut && wide > 34;
          wide = part.width;
          return (
            <g key={tier.from}>
              {cut && (
                <line
                  class="bar-cut"
                  x1={x(from)}
                  x2={x(from)}
                  y1={BAR.top - 4}
                  y2={BAR.top + BAR.height + 4}
                />
              )}
              {part.width > 34 && (
                <text class={on ? "rate now" : "rate"} x={part.x + part.width / 2} y="17">
                  {worth(g, tier)}
                </text>
              )}
              {clear && (
                <text class="axis" x={inside(x(from))} y="67">
                  {boundary(g, tier.from)}
                </text>
              )}
            </g>
          );
        })}
        <line class="bar-here" x1={x(here)} x2={x(here)} y1={BAR.top - 5} y2={BAR.top + BAR.height + 5} />
      </svg>
    </div>
  );
}

const PAD = { start: 48, end: 22, top: 14, bottom: 28 };
const HEIGHT = 236;
/** What a character of an axis takes at most, in pixels. */
const CHARACTER = 7;
/** Marks of direction, which take no room. */
const MARKS = /[\u200e\u200f\u2066-\u2069]/g;

interface CurveProps {
  gauge: Gauge;
  /** The value under test on the axis, or null. */
  test: string | null;
  pick(x: number): void;
}

/** Ends of the axes of a curve. */
export function curveEnd(g: Gauge): number {
  return Math.max(...g.curve.map((c) => Number(c.x)), Number(g.here.x), 0) || 1;
}

export function Curve({ gauge: g, test, pick }: CurveProps) {
  const [ref, width] = useWidth<HTMLDivElement>(600);
  const right = curveEnd(g);
  const top = Math.max(...g.curve.map((c) => Number(c.amount)), Number(g.here.amount), 1) * 1.06;
  const amounts = ticks(top, 4).map((at) => ({ at: Number(at), said: compact(at) }));
  // Thousands are a letter in one language, and a word in another.
  const letters = Math.max(...amounts.map(({ said }) => said.replace(MARKS, "").length));
  const start = Math.max(PAD.start, 12 + letters * CHARACTER);
  const wide = Math.max(width - start - PAD.end, 1);
  const high = HEIGHT - PAD.top - PAD.bottom;
  const X = (v: number) => start + (v / right) * wide;
  const Y = (v: number) => PAD.top + high - (Math.max(v, 0) / top) * high;
  const axis = (at: string) => (g.quota !== null ? percent(at) : compact(at));
  const path = g.curve.map(
    (c, n) => `${n ? "L" : "M"}${X(Number(c.x)).toFixed(1)} ${Y(Number(c.amount)).toFixed(1)}`,
  );
  const under = g.curve.length
    ? `${path.join("")}L${X(Number(g.curve.at(-1)?.x)).toFixed(1)} ${Y(0)}L${X(Number(g.curve[0]?.x)).toFixed(1)} ${Y(0)}Z`
    : "";
  const shown = test ?? g.here.x;
  const places = minorUnit(g.currency);
  const amount = test === null ? g.here.amount : onCurve(g.curve, test, places);
  const label = t("curve_at", {
    x: g.quota !== null ? percent(shown) : quantity(shown, g.unit, g.currency),
    amount: money(amount, g.currency),
  });
  const press = (event: PointerEvent) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    pick(Math.min(Math.max((event.clientX - box.left - start) / wide, 0), 1) * right);
  };
  return (
    <div ref={ref} class="curve" dir="ltr">
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={label}
        onPointerDown={press}
        onPointerMove={press}
      >
        {amounts.map(({ at, said }) => (
          <g key={at}>
            <line class="grid" x1={start} x2={width - PAD.end} y1={Y(at)} y2={Y(at)} />
            <text class="axis y" x={start - 8} y={Y(at) + 4}>
              {said}
            </text>
          </g>
        ))}
        {ticks(right, width < 420 ? 4 : 8).map((at) => (
          <text key={at} class="axis" x={X(Number(at))} y={HEIGHT - 8}>
            {axis(at)}
          </text>
        ))}
        <path class="area" d={under} />
        {g.quota !== null && right >= 1 && (
          <g>
            <line class="quota" x1={X(1)} x2={X(1)} y1={PAD.top} y2={PAD.top + high} />
            <text class="mark" x={X(1) - 6} y={PAD.top + 10} text-anchor="end">
              {t("curve_quota")}
            </text>
          </g>
        )}
        <path class="line" d={path.join("")} />
        {test !== null && (
          <g class="tested">
            <line x1={X(Number(test))} x2={X(Number(test))} y1={Y(Number(amount))} y2={PAD.top + high} />
            <circle cx={X(Number(test))} cy={Y(Number(amount))} r="7" />
          </g>
        )}
        <circle class="you" cx={X(Number(g.here.x))} cy={Y(Number(g.here.amount))} r="6" />
        <text
          class="mark you-word"
          x={X(Number(g.here.x)) + (Number(g.here.x) < right * 0.12 ? 4 : -10)}
          y={Y(Number(g.here.amount)) - 12}
          text-anchor={Number(g.here.x) < right * 0.12 ? "start" : "end"}
        >
          {t("curve_you")}
        </text>
      </svg>
    </div>
  );
}
