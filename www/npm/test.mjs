// The npm package as a stranger uses it: packed, unpacked into an empty project, called and type-checked from there.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { check, must, result, same } from "../e2e/checks.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: "utf8" });
const folder = mkdtempSync(join(tmpdir(), "earnmark-npm-"));
const built = join(folder, "package");
run("node", [here("build.mjs"), built], folder);
const user = join(folder, "user");
mkdirSync(user);
writeFileSync(join(user, "package.json"), '{ "type": "module", "private": true }\n');
const [{ filename, files, size }] = JSON.parse(run("npm", ["pack", "--json", built], folder));
run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], user);
const { Earnmark, EarnmarkError } = await import(
  pathToFileURL(join(user, "node_modules/earnmark/index.js")).href
);

await check("the package holds what it names, and no more than it weighed", () => {
  const names = files.map((file) => file.path).sort();
  for (const name of [
    "index.js",
    "index.d.ts",
    "types.d.ts",
    "earnmark.js",
    "earnmark_bg.wasm",
    "licences.txt",
    "README.md",
  ])
    must(names.includes(name), `${name} is missing`);
  // The goal is 800 kB of wasm; it is not reached, and it must not go further away.
  must(size < 1_803_000, `${size} bytes packed`);
  const wasm = gzipSync(readFileSync(join(built, "earnmark_bg.wasm")), { level: 9 }).length;
  console.log(`${wasm} bytes of wasm by gzip, of a goal of 800,000`);
  must(wasm < 1_756_000, `${wasm} bytes of wasm by gzip`);
});

const SETTINGS = `format = 1
company = { name = "Test", currency = "USD" }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", payee = "rep" } }
`;
const PLAN = `plan("Flat", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let sales = measure("sales", #{ period: "month" });
commission("Sales", #{ on: sales, rate: 5.pct });
`;
const project = (deals) => [
  { path: "earnmark.toml", bytes: SETTINGS },
  { path: "rules/flat.rhai", bytes: PLAN },
  { path: "data/deals.csv", bytes: deals },
];

await check("a project of files pays what its plan says, and a deal to try adds to it", async () => {
  const engine = await Earnmark.load();
  const opened = engine.openFiles(project("id,day,amount,rep\nD1,2026-01-15,1000,Ann\n"));
  same(opened.ok, true, JSON.stringify(opened.findings));
  const [view] = engine.pay("Ann", "2026-01");
  same(view.statement.totals.payout, "50.00", "5 % of 1,000");
  const then = engine.whatIf("Ann", "2026-01", [
    { id: "x", cells: { closed: "2026-01-31", amount: "25000" } },
  ]);
  same(then.change, "1250.00", "5 % of 25,000");
  const six = { scripts: [{ file: "flat.rhai", text: PLAN.replace("5.pct", "6.pct") }], whole: false };
  same(engine.compare(null, six).totals[0].change, "10.00", "1 % of 1,000");
  same(engine.compareAmounts(null, six).totals[0].change, "10.00", "the same without reasons");
  const [row] = engine.compareRows(null, six, "", [engine.compare(null, six).rows[0].payee]);
  same(JSON.stringify(row), JSON.stringify(engine.compare(null, six).rows[0]), "the row of one payee");
  must(engine.compareCsv(null, six).startsWith("payee,"), "no CSV");
  engine.free();
});

await check("payouts alone are those of the statements, without opening anything", async () => {
  const engine = await Earnmark.load();
  const text = engine.payoutsCsv(project("id,day,amount,rep\nD1,2026-01-15,1000,Ann\n"), "2026-01");
  same(text, "payee,period,earned,payout,carry,currency\nAnn,2026-01,50.00,50.00,0.00,USD\n", "5 % of 1,000");
  try {
    engine.payoutsCsv(project("id,day,amount,rep\nD1,2026-01-15,x,Ann\n"), "2026-01");
    throw new Error("nothing was thrown");
  } catch (error) {
    must(error instanceof EarnmarkError && error.findings.length > 0, String(error));
  }
  engine.free();
});

await check("what is refused is an error with findings, or said in the answer", async () => {
  const engine = await Earnmark.load();
  try {
    engine.pay("Ann", "2026-01");
    throw new Error("nothing was thrown");
  } catch (error) {
    must(error instanceof EarnmarkError && error.findings.length > 0, String(error));
  }
  const refused = engine.openFiles(project("id,day,amount,rep\nD1,31.02.2026,1000,Ann\n"));
  same(refused.ok, false, "opened");
  same(refused.findings[0].code, "bad-date", "code");
});

await check("the example for Node runs", () => {
  const told = run("node", [join(user, "node_modules/earnmark/examples/node.mjs")], user);
  must(/A deal of 25,000 would add \d/.test(told), told);
});

await check("the types hold for a program that uses them", () => {
  const program = `import { Earnmark, type Opened, type PayView } from "earnmark";
const engine = await Earnmark.load();
const opened: Opened = engine.openSample();
const views: PayView[] = engine.pay(opened.first_payee ?? "", opened.latest);
const payout: string = views[0]!.statement.totals.payout;
// @ts-expect-error an amount is no number
const wrong: number = views[0]!.statement.totals.payout;
console.log(payout, wrong);
`;
  writeFileSync(join(user, "program.ts"), program);
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--lib",
    "es2023,dom",
    "--types",
    "",
  ];
  try {
    run(here("../node_modules/.bin/tsc"), [...flags, "program.ts"], user);
  } catch (error) {
    throw new Error(error.stdout || String(error));
  }
});

rmSync(folder, { recursive: true });
const { passed, failed } = result();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
