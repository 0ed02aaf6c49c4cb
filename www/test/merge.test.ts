// What two windows changed goes together, and nothing of either is lost without a word.
import { expect, it } from "vitest";
import { merge } from "../src/merge.ts";

it("keeps what each window changed of different scripts", () => {
  expect(merge({}, { a: "1" }, { b: "2" })).toEqual({ texts: { a: "1", b: "2" }, both: [] });
  expect(merge({ a: "0", b: "0" }, { a: "1", b: "0" }, { a: "0", b: "2" })).toEqual({
    texts: { a: "1", b: "2" },
    both: [],
  });
});

it("drops what one of them dropped, and keeps what was changed after", () => {
  expect(merge({ a: "0", b: "0" }, { a: "0", b: "0" }, { b: "0" })).toEqual({ texts: { b: "0" }, both: [] });
  expect(merge({ a: "0", b: "0" }, { b: "0" }, { a: "0", b: "0" })).toEqual({ texts: { b: "0" }, both: [] });
  expect(merge({ a: "0" }, { a: "1" }, {})).toEqual({ texts: { a: "1" }, both: ["a"] });
});

it("says where both changed the same script, unless to the same text", () => {
  expect(merge({}, { a: "1" }, { a: "2" })).toEqual({ texts: { a: "1" }, both: ["a"] });
  expect(merge({ a: "0" }, { a: "1" }, { a: "1" })).toEqual({ texts: { a: "1" }, both: [] });
});
