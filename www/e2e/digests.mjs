// One truth in two places: a project folder chosen on the page gives the digest that the terminal gives.
// The terminal's command comes from EARNMARK_BIN; without it, or without the data, the check is skipped, and it is said.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, must, same, wait } from "./checks.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The folders as a person would drop them: settings, scripts, and the data files beside them. */
const PROJECTS = [
  { name: "crm-de", data: join(root, "examples/crm-de/data"), files: ["vorgaenge.csv", "teams.csv"] },
  {
    name: "crm",
    data: join(root, "../shared/data/crm-sales-opportunities"),
    files: ["sales_pipeline.csv", "sales_teams.csv"],
  },
];

export async function digests(page) {
  const command = process.env.EARNMARK_BIN;
  if (!command || !existsSync(command)) {
    console.log("skipped: page and terminal compared (set EARNMARK_BIN to the built command)");
    return;
  }
  for (const { name, data, files } of PROJECTS) {
    if (!files.every((file) => existsSync(join(data, file)))) {
      console.log(`skipped: page and terminal compared on ${name}: its data is not here`);
      continue;
    }
    await check(`the page gives the terminal's digest: ${name}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "earnmark-e2e-"));
      const project = join(folder, name);
      cpSync(join(root, "examples", name, "earnmark.toml"), join(project, "earnmark.toml"));
      cpSync(join(root, "examples", name, "rules"), join(project, "rules"), { recursive: true });
      for (const file of files) cpSync(join(data, file), join(project, file));
      const args = ["run", "--project", join(root, "examples", name), "--data", data];
      const told = execFileSync(command, [...args, "--period", "2017", "--format", "json"], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const wanted = JSON.parse(told).digests;
      await page.locator("#open").click();
      await page.locator("#choose-folder").setInputFiles(project);
      await wait(page, (run) => document.querySelector(".digests code")?.title === run, wanted.run);
      const shown = await page.locator(".digests code").evaluateAll((all) => all.map((one) => one.title));
      same(shown.length, 6, "digests");
      for (const one of Object.values(wanted)) must(shown.includes(one), `the page lacks ${one}`);
      rmSync(folder, { recursive: true });
    });
  }
}
