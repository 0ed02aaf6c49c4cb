// Exact decimals for the little arithmetic that the page does itself: adding up what the engine gave, and a
// point on the straight line between two corners of a curve. Amounts come as strings and go as strings.

interface Decimal {
  units: bigint;
  scale: number;
}

const PATTERN = /^(-?)(\d+)(?:\.(\d+))?$/;

/** True if `text` is a plain decimal as the engine writes it. */
export const isDecimal = (text: string): boolean => PATTERN.test(text);

function parse(text: string): Decimal {
  const match = PATTERN.exec(text);
  if (!match) throw new RangeError(`not a decimal: ${text}`);
  const fraction = match[3] ?? "";
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] === "-" ? -units : units, scale: fraction.length };
}

const at = (d: Decimal, scale: number): bigint => d.units * 10n ** BigInt(scale - d.scale);

function write(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = scale > 0 ? `${whole}.${digits.slice(digits.length - scale)}` : whole;
  return units < 0n ? `-${text}` : text;
}

/** The exact sum; it keeps the most places of its parts. */
export function sum(parts: readonly string[]): string {
  const all = parts.map(parse);
  const scale = Math.max(0, ...all.map((d) => d.scale));
  return write(
    all.reduce((total, d) => total + at(d, scale), 0n),
    scale,
  );
}

/** -1, 0 or 1 as `a` is below, equal to or above `b`. */
export function compare(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  const scale = Math.max(x.scale, y.scale);
  const difference = at(x, scale) - at(y, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** -1, 0 or 1. */
export const sign = (text: string): number => compare(text, "0");

/** The exact product. */
export function times(a: string, b: string): string {
  const [x, y] = [parse(a), parse(b)];
  const text = write(x.units * y.units, x.scale + y.scale);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The same amount with the other sign. */
export function negate(text: string): string {
  const d = parse(text);
  return write(-d.units, d.scale);
}

/** `n / d` to the nearest whole, ties to the even one. */
function divide(n: bigint, d: bigint): bigint {
  if (d < 0n) return divide(-n, -d);
  const floor = n >= 0n ? n / d : -((-n + d - 1n) / d);
  const twice = (n - floor * d) * 2n;
  if (twice > d || (twice === d && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}

export interface Corner {
  x: string;
  amount: string;
}

/** What a curve of straight lines gives at `x`, to `places`; flat outside it; of a jump the later corner. */
export function onCurve(corners: readonly Corner[], x: string, places: number): string {
  const first = corners[0];
  if (!first) return write(0n, places);
  let below = first;
  let above: Corner | undefined;
  for (const corner of corners) {
    if (compare(corner.x, x) <= 0) below = corner;
    else {
      above = corner;
      break;
    }
  }
  const [x0, y0] = [parse(below.x), parse(below.amount)];
  const [x1, y1, xi] = [parse((above ?? below).x), parse((above ?? below).amount), parse(x)];
  const xs = Math.max(x0.scale, x1.scale, xi.scale);
  const ys = Math.max(y0.scale, y1.scale);
  const width = at(x1, xs) - at(x0, xs);
  const from = at(y0, ys);
  const before = compare(x, below.x) < 0;
  // amount = (from * width + rise * way) / width, one division, then to the places asked for
  const [numerator, denominator] =
    width === 0n || before
      ? [from, 1n]
      : [from * width + (at(y1, ys) - from) * (at(xi, xs) - at(x0, xs)), width];
  return write(divide(numerator * 10n ** BigInt(places), denominator * 10n ** BigInt(ys)), places);
}

/** "1.2" as "120" and back, without passing through a binary number. */
export function shift(text: string, places: number): string {
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  const digits =
    places > 0 ? whole + part.padEnd(places, "0").slice(0, places) : whole.padStart(1 - places, "0");
  const rest = places > 0 ? part.slice(places) : digits.slice(places) + part;
  const head = places > 0 ? digits : digits.slice(0, places);
  const trimmed = rest.replace(/0+$/, "");
  return `${text.startsWith("-") ? "-" : ""}${head.replace(/^0+(?=\d)/, "") || "0"}${trimmed ? `.${trimmed}` : ""}`;
}
