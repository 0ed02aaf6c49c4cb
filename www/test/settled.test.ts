// From earned to paid: every row has the sign by which it moves the payout, and the rows add up to it.
import { expect, it } from "vitest";
import { balanced, way } from "../src/settled.ts";
import type { Statement } from "../src/types.ts";

function statement(earned: string, payable: string, payout: string, settle: [string, string][]): Statement {
  const totals = { earned, payable, payout };
  return { totals, settle: settle.map(([step, amount]) => ({ step, amount, text: step })) } as Statement;
}
const said = (s: Statement) => way(s).map(({ step, amount }) => [step, amount]);

it("says what was held and is paid now, and takes the draw's repayment from it", () => {
  // Earned 4,000.00 a month ago, paid by the customer now: 0 + 4,000.00 - 2,000.00 = 2,000.00.
  const s = statement("0.00", "4000.00", "2000.00", [
    ["brought_forward", "-2600.00"],
    ["earned", "4000.00"],
    ["draw_repaid", "2000.00"],
    ["payout", "2000.00"],
    ["carried_forward", "-600.00"],
  ]);
  expect(said(s)).toEqual([
    ["released", "4000.00"],
    ["draw_repaid", "-2000.00"],
  ]);
});

it("needs no two rows for what is taken back and repaid by the same payout", () => {
  // 5,400.00 earned after 600.00 taken back, 1,500.00 held. The 600.00 come to be owed and are repaid at once:
  // 5,400.00 - 1,500.00 - 700.00 of the draw = 3,200.00.
  const s = statement("5400.00", "3900.00", "3200.00", [
    ["brought_forward", "-1000.00"],
    ["earned", "3900.00"],
    ["recovered", "600.00"],
    ["draw_repaid", "700.00"],
  ]);
  expect(said(s)).toEqual([
    ["held", "-1500.00"],
    ["draw_repaid", "-700.00"],
  ]);
});

it("says the part of a debt that is older, and that which stays owed", () => {
  // 1,000.00 earned, nothing taken back, 300.00 of an old debt repaid: 700.00.
  expect(said(statement("1000.00", "1000.00", "700.00", [["recovered", "300.00"]]))).toEqual([
    ["recovered", "-300.00"],
  ]);
  // 100.00 earned and 500.00 taken back: 100.00 repay it, 400.00 stay owed, nothing is paid: -400.00 + 400.00 = 0.
  expect(said(statement("-400.00", "-400.00", "0.00", [["recovered", "100.00"]]))).toEqual([
    ["to_balances", "400.00"],
  ]);
});

it("says what is charged of an older debt", () => {
  // 100.00 were owed, nothing is earned, and the plan charges: 0 - 100.00.
  expect(said(statement("0.00", "0.00", "-100.00", []))).toEqual([["charged", "-100.00"]]);
});

it("tells apart what waits for the minimum and what waited for it", () => {
  // 20.00 are below the minimum of 50.00 and wait; next month 40.00 more: 40.00 + 20.00 = 60.00 are paid.
  expect(said(statement("20.00", "20.00", "0.00", [["below_minimum", "-20.00"]]))).toEqual([
    ["below_minimum", "-20.00"],
  ]);
  expect(said(statement("40.00", "40.00", "60.00", [["below_minimum", "20.00"]]))).toEqual([
    ["due", "20.00"],
  ]);
});

it("leaves to the balances what moves no payout", () => {
  const s = statement("100.00", "100.00", "100.00", [
    ["opening", "-50.00"],
    ["forgiven", "50.00"],
  ]);
  expect(way(s)).toEqual([]);
  expect(balanced(s).map(({ step }) => step)).toEqual(["opening", "forgiven"]);
});
