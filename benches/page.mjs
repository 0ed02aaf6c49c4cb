// Payouts through the engine of the page, in Node: node benches/page.mjs PROJECT SPAN DATA
//
// PROJECT is a folder with `earnmark.toml` and `rules`, DATA the folder of its data files. Writes `payouts.csv` and prints what the
// calls take, without starting and reading: payouts of the files as they are; of the project once it is open, which is what the
// page does at each key press in a plan; and what one more deal would add. The engine is that of `cargo xtask web`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import init, { Engine } from "../www/pkg/earnmark.js";

const [project, span, data] = process.argv.slice(2);
const read = (path, file) => ({ path, bytes: new Uint8Array(readFileSync(file)) });
const files = [read("earnmark.toml", join(project, "earnmark.toml"))];
for (const name of readdirSync(join(project, "rules"))) files.push(read(`rules/${name}`, join(project, "rules", name)));
for (const name of readdirSync(data)) {
  if (name.endsWith(".csv")) files.push(read(`data/${name}`, join(data, name)));
}
await init({ module_or_path: readFileSync(new URL("../www/pkg/earnmark_bg.wasm", import.meta.url)) });

/** The least of some rounds, in milliseconds: what disturbs a round makes it longer, never shorter. */
function least(rounds, call) {
  let [best, result] = [Infinity, undefined];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    result = call();
    best = Math.min(best, performance.now() - start);
  }
  return [best, result];
}
const tell = (what, ms) => console.error(`${what} ${ms.toFixed(1)} ms`);

const [alone, csv] = least(3, () => Engine.payouts_csv(files, span));
writeFileSync("payouts.csv", csv);
tell("payouts of files", alone);

if (process.env.OPEN) {
  const engine = new Engine();
  const [open, text] = least(1, () => engine.open_files(files, "{}"));
  const opened = JSON.parse(text);
  tell("open with reasons", open);
  if (!opened.ok) throw new Error(text.slice(0, 1000));
  const scripts = engine.scripts();
  const [tried] = least(3, () => engine.try_scripts(scripts, ""));
  tell("a changed plan", tried);
  const payee = opened.payees.at(-1).id;
  const deal = { id: "one more", cells: { closed: "2026-03-31", amount: "1000", product: "atlas", kind: "new" } };
  const [more] = least(3, () => engine.what_if(payee, opened.latest, JSON.stringify([deal])));
  tell("one more deal", more);
}
