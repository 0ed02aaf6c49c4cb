// What the best-paid person of the sample company earned last, why, and what one more deal would add.
import { Earnmark } from "earnmark";

const engine = await Earnmark.load();
const opened = engine.openSample();
const [{ statement }] = engine.pay(opened.first_payee, opened.latest);
console.log(
  `${statement.payee.name}, ${statement.period.label}: ${statement.totals.payout} ${statement.currency}`,
);
for (const entry of statement.entries)
  console.log(`  ${entry.deal ?? entry.component}: ${entry.amount}  ${entry.reason}`);

const cells = { closed: statement.period.to, amount: "25000", kind: "new", product: "lab" };
const then = engine.whatIf(opened.first_payee, opened.latest, [{ id: "next", cells }]);
console.log(`A deal of 25,000 would add ${then.change} ${statement.currency}`);
