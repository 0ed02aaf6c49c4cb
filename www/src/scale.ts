// Where things lie in a chart. Only pixels come from binary numbers here; what is written beside them stays text.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Gauge } from "./types.ts";

/** Round steps for an axis from 0 to `max`, as text: at most `count` of them after the 0. */
export function ticks(max: number, count: number): string[] {
  if (!(max > 0)) return ["0"];
  const power = Math.floor(Math.log10(max / count));
  const step = [1, 2, 2.5, 5, 10].find((m) => m * 10 ** power * count >= max * 0.999) ?? 10;
  const found: string[] = [];
  // "2.5e4" is read by Intl.NumberFormat as it stands; no sum of binary fractions is ever shown.
  for (let n = 0; n * step * 10 ** power <= max * 1.0001; n += 1) found.push(`${n * step}e${power}`);
  return found;
}

/** The width of an element in pixels, kept up to date. */
export function useWidth<T extends Element>(start: number): [{ current: T | null }, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(start);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => {
      // Printing squeezes the page; the drawing is scaled then and keeps its shape.
      if (entry && entry.contentRect.width > 0 && !matchMedia("print").matches)
        setWidth(Math.round(entry.contentRect.width));
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

/** What the bounds of a rate table are counted in; a table of one open tier has the quota, if there is one. */
export const boundsOf = (g: Gauge): "attainment" | "money" | "units" => {
  const bounds = g.tiers[0]?.bounds ?? (g.quota === null ? "money" : "attainment");
  return g.tiers.length === 1 && g.attainment !== null ? "attainment" : bounds;
};

/** Where the payee stands, counted as the bounds are. */
export const standing = (g: Gauge): string => (boundsOf(g) === "attainment" ? g.attainment : g.total) ?? "0";

/** The end of the gauge: past the last boundary and past the payee, so that both are seen. */
export function gaugeEnd(g: Gauge, ghost: Gauge | null): number {
  const last = Math.max(0, ...g.tiers.map((tier) => Number(tier.from)));
  const far = Math.max(Number(standing(g)), ghost ? Number(standing(ghost)) : 0);
  const quota = g.quota === null ? 0 : boundsOf(g) === "attainment" ? 1 : Number(g.quota);
  return Math.max(last * 1.25, quota * 1.25, far * 1.08) || 1;
}
