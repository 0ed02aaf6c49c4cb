// How many payees change by how much: losses on one side of zero, gains on the other. The axis is one of numbers
// and does not mirror; what a colour says, the axis and the table below say too.
import { compact, money, number, t } from "../i18n.ts";
import { useWidth } from "../scale.ts";
import type { ComparedTotal } from "../types.ts";
import { c } from "../words/compare.ts";

const HEIGHT = 180;
const PAD = { top: 22, bottom: 26 };

export function Histogram({ total }: { total: ComparedTotal }) {
  const [ref, width] = useWidth<HTMLDivElement>(600);
  const { bins, currency } = total;
  const [first, last] = [bins[0], bins.at(-1)];
  if (!first || !last) return null;
  const most = Math.max(...bins.map((bin) => bin.count), 1);
  const wide = Math.min(width / bins.length, 96);
  const start = (width - wide * bins.length) / 2;
  const high = HEIGHT - PAD.top - PAD.bottom;
  const tall = (count: number) => (count === 0 ? 0 : Math.max((count / most) * high, 2));
  const edges = [first.from, ...bins.map((bin) => bin.to)];
  const sparse = wide < 44 ? 2 : 1;
  return (
    <figure class="histogram">
      <div ref={ref} dir="ltr">
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          width="100%"
          height={HEIGHT}
          role="img"
          aria-label={c("compare_bins_label", {
            n: total.up + total.down,
            low: money(first.from, currency),
            high: money(last.to, currency),
          })}
        >
          {bins.map((bin, n) => (
            <g key={bin.from} class={bin.from.startsWith("-") ? "loss" : "gain"}>
              <rect
                x={start + n * wide + 2}
                width={wide - 4}
                y={PAD.top + high - tall(bin.count)}
                height={tall(bin.count)}
              />
              {bin.count > 0 && (
                <text class="count" x={start + (n + 0.5) * wide} y={PAD.top + high - tall(bin.count) - 6}>
                  {number(String(bin.count))}
                </text>
              )}
            </g>
          ))}
          <line
            class="base"
            x1={start}
            x2={start + wide * bins.length}
            y1={PAD.top + high}
            y2={PAD.top + high}
          />
          {edges.map((edge, n) => {
            const x = start + n * wide;
            if (n % sparse !== 0 && edge !== "0") return null;
            return (
              <text key={edge} class="axis" x={Math.min(Math.max(x, 18), width - 18)} y={HEIGHT - 6}>
                {compact(edge)}
              </text>
            );
          })}
        </svg>
      </div>
      <details class="as-table">
        <summary>{t("as_table")}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{c("compare_change")}</th>
              <th scope="col" class="amount">
                {c("compare_count")}
              </th>
            </tr>
          </thead>
          <tbody>
            {bins.map((bin) => (
              <tr key={bin.from}>
                <th scope="row">
                  {c("compare_bin", {
                    from: money(bin.from, currency, true),
                    to: money(bin.to, currency, true),
                  })}
                </th>
                <td class="amount">{number(String(bin.count))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
