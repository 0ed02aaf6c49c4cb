// Puts the npm package together from the built engine: `node npm/build.mjs [FOLDER]`, by default `../target/npm`.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { notices } from "../build/licences.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ?? here("../../target/npm");
if (!existsSync(here("../pkg/earnmark_bg.wasm"))) {
  console.error("www/pkg is not there: `cargo xtask npm` builds the engine first");
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const name of ["earnmark.js", "earnmark_bg.wasm"]) cpSync(here(`../pkg/${name}`), join(out, name));
for (const name of ["index.js", "index.d.ts", "README.md", "examples"])
  cpSync(here(name), join(out, name), { recursive: true });
writeFileSync(join(out, "types.d.ts"), readFileSync(here("../src/types.ts")));
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(here(`../../${name}`), join(out, name));
const crates = here("../pkg/crates.json");
const shipped = existsSync(crates) ? JSON.parse(readFileSync(crates, "utf8")) : [];
writeFileSync(join(out, "licences.txt"), notices(shipped));
const { version } = JSON.parse(readFileSync(here("../package.json"), "utf8"));
const manifest = {
  name: "earnmark",
  version,
  description:
    "Commission and incentive engine as WebAssembly: comp plans as scripts, closed deals in, explained statements out",
  license: "Apache-2.0 OR MIT",
  type: "module",
  sideEffects: false,
  engines: { node: ">=20" },
  exports: {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./earnmark_bg.wasm": "./earnmark_bg.wasm",
  },
  types: "./index.d.ts",
  files: ["*.js", "*.d.ts", "*.wasm", "licences.txt", "LICENSE-*", "examples"],
  keywords: ["commission", "incentive", "compensation", "payout", "sales", "wasm"],
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`the npm package is in ${out}`);
