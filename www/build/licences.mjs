// What the page is made of: the crates inside the engine and the npm packages in its scripts, with their licences.
// `node build/licences.mjs` asks cargo about the crates and writes `pkg/crates.json` beside the engine; the build of
// the page puts both together.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const www = fileURLToPath(new URL("..", import.meta.url));

/** The licence texts that lie in a package's folder. */
function texts(folder) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|unlicense)/i.test(name));
  return names.sort().flatMap((name) => {
    try {
      return [readFileSync(join(folder, name), "utf8").trim()];
    } catch {
      // A folder of that name.
      return [];
    }
  });
}

/** The crates that the engine for the browser is built from, by cargo's own word. */
export function crates() {
  const args = ["metadata", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown"];
  const told = execFileSync("cargo", args, { cwd: join(www, ".."), encoding: "utf8", maxBuffer: 1 << 28 });
  const { packages, resolve } = JSON.parse(told);
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const byId = new Map(packages.map((one) => [one.id, one]));
  const own = packages.find((one) => one.name === "earnmark").id;
  const seen = new Set();
  const walk = (id) => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const dep of nodes.get(id).deps) {
      // What only runs while it is built, or in tests, is not shipped.
      if (!dep.dep_kinds.some((kind) => kind.kind === null)) continue;
      if (byId.get(dep.pkg).targets.some((target) => target.kind.includes("proc-macro"))) continue;
      walk(dep.pkg);
    }
  };
  walk(own);
  seen.delete(own);
  const found = [...seen].map((id) => byId.get(id));
  return found
    .map(({ name, version, license, manifest_path }) => ({
      name,
      version,
      licence: license ?? "",
      texts: texts(dirname(manifest_path)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The npm packages that the page's scripts hold: its dependencies and theirs. */
export function packages() {
  const lock = JSON.parse(readFileSync(join(www, "package-lock.json"), "utf8")).packages;
  const seen = new Set();
  const walk = (name) => {
    const one = lock[`node_modules/${name}`];
    if (!one || seen.has(name)) return;
    seen.add(name);
    for (const dep of Object.keys(one.dependencies ?? {})) walk(dep);
  };
  for (const name of Object.keys(lock[""].dependencies ?? {})) walk(name);
  return [...seen].sort().map((name) => {
    const folder = join(www, "node_modules", name);
    const { version, license } = lock[`node_modules/${name}`];
    return { name, version, licence: license ?? "", texts: existsSync(folder) ? texts(folder) : [] };
  });
}

/** The same texts once, with the names of all that they are for. */
export function notices(all) {
  const byText = new Map();
  for (const { name, version, texts } of all)
    for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  const line = "-".repeat(72);
  return [...byText].map(([text, names]) => `${names.join(", ")}\n\n${text}\n`).join(`\n${line}\n\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = crates();
  writeFileSync(join(www, "pkg/crates.json"), JSON.stringify(found));
  console.log(`${found.length} crates are in the engine`);
}
