// The two languages of the page: looking up a sentence, and writing amounts, percents, days and periods.
// What is written stays a string: `Intl.NumberFormat` takes decimal strings and prints every digit of them.
import { computed, signal } from "@preact/signals";
import { type Counted, en, type Translated } from "./en.ts";
import { recall, remember } from "./memory.ts";
import type { PeriodRef } from "./types.ts";

export type Lang = "en" | "ar";
export type Digits = "latn" | "arab";

const preferred = (): Lang => {
  const first = typeof navigator === "undefined" ? "en" : (navigator.languages?.[0] ?? navigator.language);
  return first?.toLowerCase().startsWith("ar") ? "ar" : "en";
};

export const lang = signal<Lang>(recall("lang", ["en", "ar"]) ?? preferred());
/** Which digits Arabic is written with. Platforms differ in their default, so it is always said. */
export const digits = signal<Digits>(recall("digits", ["latn", "arab"]) ?? "latn");
export const dir = computed(() => (lang.value === "ar" ? "rtl" : "ltr"));
export const locale = computed(() => (lang.value === "ar" ? `ar-u-ca-gregory-nu-${digits.value}` : "en-US"));

/** What fetches the sentences in Arabic, of each part of the page that is here. */
const fetches: (() => Promise<void>)[] = [];
/** Fetches the Arabic sentences of all parts that are here. */
export async function loadArabic(): Promise<void> {
  await Promise.all(fetches.map((one) => one()));
}

/** A part that is fetched, once its sentences are here too; those that do not come leave it in English. */
export async function spoken<T>(load: Promise<T>): Promise<T> {
  const part = await load;
  if (lang.peek() === "ar") await loadArabic().catch(() => {});
  return part;
}

/** Turns the page to a language; where its sentences cannot be had, it stays as it is. */
export async function setLang(next: Lang): Promise<void> {
  try {
    if (next === "ar") await loadArabic();
  } catch {
    return;
  }
  lang.value = next;
  remember("lang", next);
}
export function setDigits(next: Digits): void {
  digits.value = next;
  remember("digits", next);
}

const FSI = "\u2068";
const PDI = "\u2069";

/** Keeps a figure in one piece inside a line of the other direction; marks that ICU put in are taken out. */
export function isolate(text: string): string {
  const clean = text.replace(/[\u200e\u200f\u061c]/g, "");
  return `${/\p{Script=Arabic}/u.test(clean) ? "\u2067" : "\u2066"}${clean}${PDI}`;
}

/** Keeps a name or an id apart from the sentence around it, in whatever direction it reads. */
const isolateName = (text: string): string =>
  /^[\u2066-\u2068]/.test(text) && text.endsWith(PDI) ? text : `${FSI}${text}${PDI}`;

const rules = new Map<string, Intl.PluralRules>();
const pluralOf = (n: number): Intl.LDMLPluralRule => {
  const key = lang.value;
  const known = rules.get(key) ?? new Intl.PluralRules(key);
  rules.set(key, known);
  return known.select(n);
};

export type Params = Record<string, string | number>;

/** Whether the catalogues have a message for a code of the engine. */
export const known = (key: string): boolean => key in en;

/** The sentences of a part of the page, looked up by key: the English ones come with the part, the Arabic ones are
 *  fetched when somebody reads them. */
export function speakOf<C extends Record<string, string | Counted>>(
  english: C,
  load: () => Promise<Translated<C>>,
): (key: keyof C & string, params?: Params) => string {
  const arabic = signal<Translated<C> | null>(null);
  fetches.push(async () => {
    arabic.value ??= await load();
  });
  return (key, params = {}) => {
    const message: string | Counted = ((lang.value === "ar" && arabic.value) || english)[key];
    const text =
      typeof message === "string" ? message : (message[pluralOf(Number(params.n ?? 0))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? number(String(value)) : isolateName(value);
    });
  };
}

/** The sentence of `key` in the language of the page. `{n}` decides its plural form. */
export const t = speakOf(en, async () => (await import("./ar.ts")).ar);

const formats = new Map<string, Intl.NumberFormat>();
function format(text: string, options: Intl.NumberFormatOptions): string {
  const key = locale.value + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(locale.value, options);
  formats.set(key, known);
  return isolate(known.format(text as Intl.StringNumericLiteral));
}

/** Places after the point that `text` really uses. */
const places = (text: string): number => (text.split(".")[1] ?? "").replace(/0+$/, "").length;

const units = new Map<string, number>();
/** Decimal places of a currency's minor unit. */
export function minorUnit(currency: string): number {
  const places =
    units.get(currency) ??
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ??
    2;
  units.set(currency, places);
  return places;
}

/** An amount with its currency, all its digits. `signed` puts a plus before a gain. */
export function money(amount: string, currency: string, signed = false): string {
  return format(amount, {
    style: "currency",
    currency,
    maximumFractionDigits: Math.min(20, Math.max(minorUnit(currency), places(amount))),
    signDisplay: signed ? "exceptZero" : "negative",
  });
}

/** A number without a unit. */
export const number = (text: string): string =>
  format(text, { maximumFractionDigits: Math.min(20, places(text)) });

/** A number as a field holds it: two places at most, no marks of direction. */
export const field = (text: string): string =>
  format(text, { maximumFractionDigits: 2 }).replace(/[\u2066-\u2069]/g, "");

/** A short number for an axis: 20K. */
export const compact = (text: string): string => format(text, { notation: "compact" });

/** A rate as a percent, all its digits: "0.0825" is 8.25 %. */
export const rate = (fraction: string): string =>
  format(fraction, {
    style: "percent",
    maximumFractionDigits: Math.min(20, Math.max(0, places(fraction) - 2)),
  });

/** An attainment as a percent with one place, cut: what is just below a boundary is not shown at it. */
export const percent = (fraction: string): string =>
  format(fraction, {
    style: "percent",
    maximumFractionDigits: 1,
    signDisplay: "negative",
    roundingMode: "trunc",
  });

/** A rate that was worked out, not agreed: a percent with two places. */
export const effective = (fraction: string): string =>
  format(fraction, { style: "percent", maximumFractionDigits: 2 });

/** Money or units, as the measure counts. */
export const quantity = (text: string, unit: "money" | "number", currency: string): string =>
  unit === "money" ? money(text, currency) : number(text);

const dates = new Map<string, Intl.DateTimeFormat>();
function days(options: Intl.DateTimeFormatOptions, iso: string): string {
  const day = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return isolate(iso);
  const key = locale.value + JSON.stringify(options);
  const known = dates.get(key) ?? new Intl.DateTimeFormat(locale.value, { ...options, timeZone: "UTC" });
  dates.set(key, known);
  return isolate(known.format(day));
}

export const day = (iso: string): string => days({ day: "numeric", month: "short", year: "numeric" }, iso);

/** A moment on this device's clock. */
export const moment = (at: number): string =>
  isolate(new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "short" }).format(at));

/** A period in words: "March 2026", "Q1 2026"; a calendar's own label stays as it is. */
export function period(label: string, range?: PeriodRef): string {
  const month = /^(\d{4})-(\d{2})$/.exec(label);
  // A month of a 4-4-5 calendar is not the calendar month of that name: it keeps its label.
  if (month && (!range || (range.from === `${label}-01` && range.to.startsWith(label))))
    return days({ month: "long", year: "numeric" }, `${label}-01`);
  const part = /^(\d{4})-([QH])(\d)$/.exec(label);
  if (part)
    return isolateName(
      t(part[2] === "Q" ? "quarter" : "half", { part: digit(part[3]), year: digit(part[1]) }),
    );
  return /^\d{4}$/.test(label) ? isolate(digit(label)) : isolateName(label);
}
/** The number of a line or a row, in the digits of the language and without groups. */
export const digitsOf = (n: number): string => digit(String(n));
const digit = (text: string | undefined): string =>
  format(text ?? "", { useGrouping: false }).replace(/[\u2066-\u2069]/g, "");
