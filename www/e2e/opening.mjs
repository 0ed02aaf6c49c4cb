// Opening one's own data: a chosen file, a dropped one, a whole folder; what is wrong in it is told.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, must, same, text, wait } from "./checks.mjs";

export async function opening(page) {
  await check(
    "a file that cannot be read is told with row, column and value, and what was open stays",
    async () => {
      const payout = await text(page, "#payout");
      await page.locator("#open").click();
      await page.locator("#choose-files").setInputFiles({
        name: "deals.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(
          `deal_id,close_date,amount,rep\n${[11, 12, 13, 14, 15].map((day) => `A-${day},2026-01-${day},${day}00,Ann`).join("\n")}\nA-2,31.02.2026,250,Ann\n`,
        ),
      });
      await page.waitForSelector(".notice.failed");
      must(/31\.02\.2026/.test(await text(page, ".notice")), "the value is not named");
      must(/deals\.csv/.test(await text(page, ".notice")), "the file is not named");
      same(await text(page, "#payout"), payout, "payout");
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
      same(await page.locator(".notice").count(), 0, "notice");
    },
  );

  await check("a dropped file opens; the sample is one press away", async () => {
    await page.evaluate(() => {
      const data = new DataTransfer();
      const csv =
        "deal_id,close_date,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-03,250.50,Bob\nA-3,2026-02-20,99,Ann\n";
      data.items.add(new File([csv], "deals.csv", { type: "text/csv" }));
      for (const type of ["dragenter", "dragover", "drop"])
        dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await wait(
      page,
      () =>
        document.querySelector(".notice") ||
        !document.querySelector(".banner").textContent.includes("Sample"),
    );
    const told = await page.locator(".notice").count();
    if (await page.getByRole("button", { name: "Back to the sample" }).count()) {
      must(told === 1, "the guess of the columns is not shown");
      await page.getByRole("button", { name: "Back to the sample" }).click();
      await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    } else throw new Error(`it did not open: ${await text(page, ".notice")}`);
  });

  await check(
    "a whole project folder can be chosen; findings name its files from inside the folder",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "earnmark-e2e-"));
      const put = (path, lines) => {
        mkdirSync(join(folder, "project", path, ".."), { recursive: true });
        writeFileSync(join(folder, "project", path), `${lines.join("\n")}\n`);
      };
      put("earnmark.toml", [
        "format = 1",
        'company = { name = "Test", currency = "USD" }',
        'deals = { file = "deals.csv", columns = { id = "id", closed = "day", amount = "amount", payee = "rep" } }',
      ]);
      put("rules/plan.rhai", [
        'plan("Flat", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });',
        'let sales = measure("sales", #{ period: "month" });',
        'commission("Sales", #{ on: sales, rate: 5.pct });',
      ]);
      put("data/deals.csv", ["id,day,amount,rep", "A-1,2026-01-15,1000,Ann", "A-2,31.02.2026,250,Ann"]);
      await page.locator("#open").click();
      await page.locator("#choose-folder").setInputFiles(join(folder, "project"));
      await page.waitForSelector(".notice.failed");
      const told = await text(page, ".notice");
      must(/31\.02\.2026/.test(told), `the value is not named: ${told}`);
      must(!/project\/data/.test(told), "the path begins outside the folder");
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
      rmSync(folder, { recursive: true });
    },
  );
}
