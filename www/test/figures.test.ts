// Figures: they stay strings, keep every digit, and stay in one piece inside a line of the other direction.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compare, negate, onCurve, shift, sum, times } from "../src/decimal.ts";
import { digits, field, isolate, lang, loadArabic, money, percent, period, rate, t } from "../src/i18n.ts";
import { readCell, readNumber } from "../src/input.ts";
import { ticks } from "../src/scale.ts";
import { settleName } from "../src/settle.ts";

const bare = (text: string) => text.replace(/[\u2066-\u2069]/g, "");

beforeAll(loadArabic);
beforeEach(() => {
  lang.value = "en";
  digits.value = "latn";
});

describe("money", () => {
  it("keeps every digit beyond 2^53", () => {
    expect(bare(money("9007199254740993.11", "USD"))).toBe("$9,007,199,254,740,993.11");
    expect(bare(money("-79228162514264337593543950.33", "EUR"))).toBe(
      "-€79,228,162,514,264,337,593,543,950.33",
    );
  });
  it("has the places of its currency, and more only where the figure has them", () => {
    expect(bare(money("1234.5", "USD"))).toBe("$1,234.50");
    expect(bare(money("1234.500", "JPY"))).toBe("¥1,234.5");
    expect(bare(money("0.1", "JOD"))).toMatch(/0\.100$/);
    expect(bare(money("10.1251", "USD"))).toBe("$10.1251");
  });
  it("shows a gain with its sign", () => {
    expect(bare(money("12.00", "USD", true))).toBe("+$12.00");
    expect(bare(money("0.00", "USD", true))).toBe("$0.00");
  });
  it("shows rates with all their digits and attainment with one, never more than is reached", () => {
    expect(bare(rate("0.0825"))).toBe("8.25%");
    expect(bare(rate("0.12"))).toBe("12%");
    expect(bare(percent("1.0817537424"))).toBe("108.1%");
    expect(bare(percent("0.999999"))).toBe("99.9%");
    expect(field("108.17537")).toBe("108.18");
  });
});

describe("direction", () => {
  it("isolates a figure and takes out the marks of ICU", () => {
    lang.value = "ar";
    const text = money("1234.50", "USD");
    expect(text).toMatch(/^\u2066[^\u200e\u200f\u061c]*\u2069$/);
    expect(isolate("\u200f12 دولار")).toBe("\u206712 دولار\u2069");
  });
  it("isolates what is put into a sentence, once", () => {
    lang.value = "ar";
    const amount = money("5.00", "USD");
    expect(t("next_rate", { amount, rate: rate("0.1") })).toContain(`يفصلك ${amount} عن`);
    expect(t("sample_of", { company: "Acme" })).toContain("\u2068Acme\u2069");
  });
  it("writes Arabic with the digits that were chosen", () => {
    lang.value = "ar";
    expect(bare(money("12.50", "USD"))).toContain("12.50");
    digits.value = "arab";
    expect(bare(money("12.50", "USD"))).toContain("١٢٫٥٠");
    expect(bare(period("2026-Q1"))).toContain("١");
  });
  it("names periods in words and leaves a calendar's own labels", () => {
    expect(bare(period("2026-03"))).toBe("March 2026");
    expect(bare(period("2026-Q1"))).toBe("Q1 2026");
    expect(bare(period("2026-H2"))).toBe("H2 2026");
    expect(bare(period("2026-03", { label: "2026-03", from: "2026-03-29", to: "2026-04-25" }))).toBe(
      "2026-03",
    );
    expect(bare(period("quota-2011-05-31"))).toBe("quota-2011-05-31");
  });
});

describe("exact arithmetic", () => {
  it("adds, multiplies and compares decimals of any length", () => {
    expect(sum(["0.1", "0.2", "-0.30"])).toBe("0.00");
    expect(sum([])).toBe("0");
    expect(sum(["9007199254740993.11", "0.01"])).toBe("9007199254740993.12");
    expect(times("250000.00", "1.5")).toBe("375000");
    expect(times("10", "10")).toBe("100");
    expect(compare("1.10", "1.1")).toBe(0);
    expect(negate("-3.50")).toBe("3.50");
  });
  it("moves the point", () => {
    expect(["1.2", "0.05", "0", "1.081753"].map((x) => shift(x, 2))).toEqual(["120", "5", "0", "108.1753"]);
    expect(["120", "5", "96.37", "0.5"].map((x) => shift(x, -2))).toEqual(["1.2", "0.05", "0.9637", "0.005"]);
  });
  it("finds a point between two corners, half to even, and the later one of a jump", () => {
    const curve = [
      { x: "0", amount: "0.00" },
      { x: "0.5", amount: "100.01" },
      { x: "0.5", amount: "200.00" },
      { x: "1", amount: "300.00" },
    ];
    expect(onCurve(curve, "0.25", 2)).toBe("50.00");
    expect(onCurve(curve, "0.5", 2)).toBe("200.00");
    expect(onCurve(curve, "0.75", 2)).toBe("250.00");
    expect(onCurve(curve, "7", 2)).toBe("300.00");
    expect(onCurve(curve, "-1", 2)).toBe("0.00");
    expect(onCurve([], "1", 2)).toBe("0.00");
  });
  it("gives an axis round steps", () => {
    expect(ticks(2, 8).map(Number)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
    expect(ticks(52_000, 4).map(Number)).toEqual([0, 20_000, 40_000]);
    expect(ticks(0, 4)).toEqual(["0"]);
  });
});

describe("what people type", () => {
  it.each([
    ["25,000", "25000"],
    ["25 000.50", "25000.50"],
    ["٢٥٬٠٠٠٫٥", "25000.5"],
    ["-5", "-5"],
    [".5", "0.5"],
    ["007", "7"],
    ["12.", "12"],
  ])("%s is a number", (typed, read) => expect(readNumber(typed)).toBe(read));
  it.each(["", "12,34", "1.234,56", "ten", "1e5", "."])("%s is none", (typed) =>
    expect(readNumber(typed)).toBeNull(),
  );
  it("becomes the cell of a data file", () => {
    const of = (type: "percent" | "date" | "text") => ({ name: "x", type, values: [], needed: true });
    expect(readCell(of("percent"), "12.5 %")).toBe("12.5%");
    expect(readCell(of("date"), "2026-02-10")).toBe("2026-02-10");
    expect(readCell(of("date"), "soon")).toBeNull();
    expect(readCell(of("text"), " new ")).toBe("new");
  });
});

describe("lines of a settlement", () => {
  it.each(["brought_forward", "carried_forward", "earned", "payout", "due", "over_cap", "draw_repaid"])(
    "have a name in both languages: %s",
    (code) => {
      expect(settleName(code)).not.toBe(code);
      lang.value = "ar";
      expect(settleName(code)).toMatch(/^[^a-z]+$/i);
    },
  );
  it("are called by their code where there is none", () => {
    expect(settleName("unheard_of")).toBe("unheard_of");
  });
});
