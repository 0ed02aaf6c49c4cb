// Compare: what a change costs and whom it moves, by which line; a version opened from the device; the file for
// spreadsheets.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, minor, must, same, shownAmount, text, wait } from "./checks.mjs";

const sample = fileURLToPath(new URL("../../examples/sample/rules", import.meta.url));

export async function comparing(page) {
  await page.getByRole("link", { name: "Compare" }).click();
  await page.waitForSelector("#version-b");

  await check("two versions: totals, change and payees tie, and no version is called better", async () => {
    await page.locator("#version-b").selectOption("example");
    await page.waitForSelector("#compare-cost");
    const figure = async (id) => minor(shownAmount(await text(page, `#compare-${id}`)));
    same((await figure("total-b")) - (await figure("total-a")), await figure("change"), "change");
    must((await figure("change")) > 0n, "a higher rate costs nothing");
    const words = await text(page, "main");
    must(/costs .* more/.test(words), "the cost is not said");
    must(!/better|worse|improve/i.test(words), "it judges");
    const rows = await page.locator(".compared tbody tr:not(.compare-detail)").count();
    const moved = (await figure("up")) + (await figure("same")) + (await figure("down"));
    same(BigInt(rows) * 1_000_000n, moved, "rows");
  });

  await check("the rows are sorted by the size of the change, and add up to it", async () => {
    const changes = await page.locator(".compared .change").allInnerTexts();
    const amounts = changes.filter((one) => /\d/.test(one)).map((one) => minor(shownAmount(one)));
    const size = (n) => (n < 0n ? -n : n);
    for (const [n, one] of amounts.entries())
      must(n === 0 || size(one) <= size(amounts[n - 1]), `row ${n} is larger than the one before`);
    const total = minor(shownAmount(await text(page, "#compare-change")));
    same(
      amounts.reduce((sum, one) => sum + one, 0n),
      total,
      "sum of the changes",
    );
  });

  await check("a row opens to the first step that differs, with component and line", async () => {
    await page.locator(".compared .opener:not(:disabled)").first().click();
    const told = await text(page, ".compare-detail");
    must(/account-executive\.rhai/.test(told), `no script: ${told}`);
    must(/12%/.test(told) && /13%/.test(told), `not both rates: ${told}`);
    must((await page.locator(".script-diff .removed").count()) === 1, "the old line is not shown once");
    must((await page.locator(".script-diff .added").count()) === 1, "the new line is not shown once");
    must((await page.locator(".histogram .gain rect").count()) > 0, "no histogram");
  });

  await check("the table can be saved for a spreadsheet", async () => {
    const saved = page.waitForEvent("download");
    await page.locator("#compare-csv").click();
    const lines = readFileSync(await (await saved).path(), "utf8").split("\n");
    must(lines[0].startsWith("payee,name,currency,a,b,change,part"), lines[0]);
    must(lines.length > 3 && lines.every((line) => !/^[=+@-]/.test(line)), "rows");
  });

  await check("a script of the same name and a folder of scripts are versions too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "earnmark-e2e-"));
    const rules = join(folder, "next");
    mkdirSync(rules);
    for (const name of ["account-executive", "common", "calibration-contracts", "europe", "manager"])
      writeFileSync(join(rules, `${name}.rhai`), readFileSync(join(sample, `${name}.rhai`)));
    await page.locator("#compare-folder").setInputFiles(rules);
    await page.waitForSelector("#compare-identical");
    same(await page.locator(".compared").count(), 0, "tables of what does not differ");
    const changed = readFileSync(join(sample, "account-executive.rhai"), "utf8").replace(
      "2.pct });",
      "1.pct });",
    );
    writeFileSync(join(folder, "account-executive.rhai"), changed);
    await page.locator("#compare-files").setInputFiles(join(folder, "account-executive.rhai"));
    await wait(page, () => /less/.test(document.querySelector("#compare-cost")?.textContent ?? ""));
    writeFileSync(join(folder, "account-executive.rhai"), "let x = ;");
    await page.locator("#compare-files").setInputFiles(join(folder, "account-executive.rhai"));
    await page.waitForSelector("main .notice.failed");
    must(/Version B/.test(await text(page, "main .notice.failed")), "not said which version");
    rmSync(folder, { recursive: true });
    await page.locator("#version-b").selectOption("example");
    await page.waitForSelector("#compare-cost");
  });
  await check("a version beside itself is said to be one, and the choice outlives a reload", async () => {
    await page.locator("#version-b").selectOption("opened");
    await wait(page, () => /one version/.test(document.querySelector(".empty-state")?.textContent ?? ""));
    await page.locator("#version-a").selectOption("example");
    await page.locator("#compare-period").selectOption("2026-12");
    await page.waitForSelector("#compare-cost");
    const before = await text(page, "#compare-cost");
    must(/less/.test(before), before);
    await page.reload();
    await page.waitForSelector("#compare-cost");
    same(await text(page, "#compare-cost"), before, "after a reload");
    const chosen = ["#version-a", "#version-b", "#compare-period"].map((one) =>
      page.locator(one).inputValue(),
    );
    same((await Promise.all(chosen)).join(), "example,opened,2026-12", "chosen after a reload");
    await page.locator("#version-a").selectOption("opened");
    await page.locator("#compare-period").selectOption("");
  });
  await page.getByRole("link", { name: "My payout" }).click();
  await page.waitForSelector("#payout");
}
