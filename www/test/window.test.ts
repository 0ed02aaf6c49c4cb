// Which rows of a long table are in the page.
import { expect, it } from "vitest";
import { spanOf } from "../src/window.ts";

const even = Array<number>(10).fill(40);

it("draws what lies between two heights, and leaves room for the rest", () => {
  // 100 to 200 px: rows 2 (80 to 120), 3 and 4 (160 to 200); row 5 begins at 200.
  expect(spanOf(even, 100, 200)).toEqual({ first: 2, last: 5, before: 80, after: 200 });
});

it("draws from the first row, and to the last", () => {
  expect(spanOf(even, -500, 50)).toEqual({ first: 0, last: 2, before: 0, after: 320 });
  expect(spanOf(even, 330, 5_000)).toEqual({ first: 8, last: 10, before: 320, after: 0 });
});

it("counts a row that has been opened at its own height", () => {
  // Row 1 is 300 px high: 40 to 340. From 100 it alone is seen.
  const heights = even.with(1, 300);
  expect(spanOf(heights, 100, 200)).toEqual({ first: 1, last: 2, before: 40, after: 8 * 40 });
});

it("is as high as all rows whatever is drawn", () => {
  for (const top of [-1_000, 0, 39, 40, 41, 399, 400, 9_000]) {
    const { first, last, before, after } = spanOf(even, top, top + 100);
    const drawn = even.slice(first, last).reduce((sum, one) => sum + one, 0);
    expect(before + drawn + after, `from ${top}`).toBe(400);
  }
});
