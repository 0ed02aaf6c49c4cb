// Project folders made for a check, to be chosen in the page.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { same } from "./checks.mjs";

const SETTINGS = `format = 1
company = { name = "Test", currency = "USD" }
deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", payee = "rep" } }
`;
export const PLAN = `plan("Flat", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let sales = measure("sales", #{ period: "month" });
commission("Sales", #{ on: sales, rate: 5.pct });
`;

/** Chooses a project of these files. Returns the folder that holds it, to be removed once the page has read it. */
export async function chooseFiles(page, files) {
  const folder = mkdtempSync(join(tmpdir(), "earnmark-e2e-"));
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(join(folder, "project", path, ".."), { recursive: true });
    writeFileSync(join(folder, "project", path), body);
  }
  await page.locator("#open").click();
  await page.locator("#choose-folder").setInputFiles(join(folder, "project"));
  return folder;
}

/** Opens a project of these files, and waits for its so many payees. */
export async function openFiles(page, files, payees) {
  const folder = await chooseFiles(page, files);
  await page.waitForSelector("dialog[open]", { state: "detached" });
  await page.waitForFunction(
    (payees) =>
      document.querySelector(".notice.failed") ||
      document.querySelectorAll("#payee option").length === payees,
    payees,
    { timeout: 60_000 },
  );
  same(await page.locator(".notice.failed").count(), 0, "refused");
  rmSync(folder, { recursive: true });
}

/** Chooses a script of this text in a field for scripts. */
export const chooseScript = (page, field, plan) =>
  page.locator(field).setInputFiles({ name: "flat.rhai", mimeType: "text/plain", buffer: Buffer.from(plan) });

/** The files of a project of these deals. */
export const project = (deals, plan = PLAN) => ({
  "earnmark.toml": SETTINGS,
  "rules/flat.rhai": plan,
  "data/deals.csv": deals,
});

/** Chooses a project of these deals. */
export const choose = (page, deals, plan = PLAN) => chooseFiles(page, project(deals, plan));
