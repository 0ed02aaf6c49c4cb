// What does harm: files made to be run by a spreadsheet or to turn a page around, plans that never end, and sheer size.
// The page stays alive, on its own origin, and as wide as its window.
import { readFileSync, rmSync } from "node:fs";
import { check, longestFrame, must, same, text, wait, watchFrames, wide } from "./checks.mjs";
import { choose, chooseScript, PLAN as FLAT, openFiles, project } from "./projects.mjs";

const PLAN = `// allow W05: what harms is tried here, and not the plan\n${FLAT}`;
const NAMES = [
  `=HYPERLINK("http://evil.example/";"pay")`,
  "@SUM(A1:A9)",
  "+cmd|' /C calc'!A0",
  `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=2</script>`,
  "Ann \u202etxt.exe \u2066 Bob",
  "x".repeat(200),
];
const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;

/** Chooses a project, and waits until the page has its files. */
async function chosen(page, deals) {
  const folder = await choose(page, deals, PLAN);
  await page.waitForSelector("dialog[open]", { state: "detached" });
  return folder;
}

/** Opens a project of these deals, with so many payees. */
const open = (page, deals, payees) => openFiles(page, project(deals, PLAN), payees);

async function names(page) {
  await check("names that are formulas, markup, marks of direction or endless stay names", async () => {
    const rows = NAMES.map((name, n) => `D${n},2026-01-1${n},1000,${quoted(name)}`);
    await open(page, `id,day,amount,rep\n${rows.join("\n")}\n`, NAMES.length);
    for (const id of await page.locator("#payee option").evaluateAll((all) => all.map((one) => one.value))) {
      await page.locator("#payee").selectOption(id);
      await wait(page, (id) => new URLSearchParams(location.hash.split("?")[1]).get("payee") === id, id);
      await page.waitForSelector("tr.line");
      must((await wide(page)) <= 0, `scrolls sideways by ${await wide(page)} px at ${id.slice(0, 20)}`);
    }
    same(await page.locator("main img, main script").count(), 0, "elements out of names");
    same(await page.evaluate(() => globalThis.hacked), undefined, "run");
  });

  await check("an id without end is refused with its row, and what was open stays", async () => {
    const before = await text(page, "h1");
    const folder = await chosen(page, `id,day,amount,rep\nD1,2026-01-10,1000,${"x".repeat(3_000)}\n`);
    const said = await text(page, ".notice.failed");
    must(said.includes("has at most 200"), said);
    must((await wide(page)) <= 0, `scrolls sideways by ${await wide(page)} px`);
    same(await text(page, "h1"), before, "what is open");
    rmSync(folder, { recursive: true });
    await page.locator(".notice").getByRole("button", { name: "Close" }).click();
  });

  await check("a table for spreadsheets holds no cell that one would run", async () => {
    await page.locator('.tabs a[href^="#/compare"]').click();
    await page.waitForSelector("#compare-files");
    await chooseScript(page, "#compare-files", PLAN.replace("5.pct", "6.pct"));
    await page.waitForSelector("#compare-cost");
    const saved = page.waitForEvent("download");
    await page.locator("#compare-csv").click();
    const table = readFileSync(await (await saved).path(), "utf8");
    must(table.includes("HYPERLINK"), "the names are not in it");
    // A cell begins at a line's start or behind a comma, with or without its quotation mark.
    const cells = table.match(/(^|,)"?[=+@](?!\d)/gm) ?? [];
    same(cells.join(" "), "", "cells that run");
    must((await wide(page)) <= 0, `Compare scrolls sideways by ${await wide(page)} px`);
  });
}

/** Functions each of which calls the one before twice: the last of 24 stands for millions of terms. */
const doubling = (count) =>
  Array.from({ length: count }, (_, n) =>
    n === 0 ? "fn f0(x) { x + x }" : `fn f${n}(x) { f${n - 1}(x) + f${n - 1}(x) }`,
  ).join("\n");

/** Drops the edited script, and waits until the page is back at the payout. */
async function dropped(page) {
  await page.getByRole("button", { name: "Drop the changes of this script" }).click();
  await page.waitForFunction(
    () => document.querySelector("#plan-status")?.textContent === "No problem found",
    undefined,
    { timeout: 30_000 },
  );
  await page.locator('.tabs a[href^="#/pay"]').click();
  await page.waitForSelector("#payout");
}

async function endless(page) {
  const plan = `${doubling(24)}\n${PLAN}commission("Runs away", #{ on: sales, pay: |deal| f23(deal.amount) });\n`;
  await check("a plan that runs away is stopped by a press, and the page goes on", async () => {
    await page.locator('.tabs a[href^="#/plan"]').click();
    await page.waitForSelector(".cm-line");
    await chooseScript(page, "#open-script", plan);
    const runaway = page.locator(".runaway button", { hasText: /^Stop$/ });
    const answered = page.locator(".problem.error").first();
    await runaway.or(answered).first().waitFor({ timeout: 20_000 });
    if (await runaway.count()) {
      await runaway.click();
      await page.waitForSelector(".runaway button:text('Run again')");
      console.log("      it was stopped by the press");
    } else console.log("      the engine refused it before anybody could press Stop");
    await dropped(page);
  });

  await check(
    "a plan of nothing but brackets, or of one endless text, is a problem and no more",
    async () => {
      await page.locator('.tabs a[href^="#/plan"]').click();
      for (const body of [`let x = ${"(".repeat(5_000)}`, `let x = "${"y".repeat(50_000)}`]) {
        await chooseScript(page, "#open-script", body);
        await page.waitForSelector(".problem.error", { timeout: 20_000 });
        must((await wide(page)) <= 0, `scrolls sideways by ${await wide(page)} px`);
        await page.getByRole("button", { name: "Drop the changes of this script" }).click();
        await page.waitForSelector(".problem.error", { state: "detached", timeout: 20_000 });
      }
      await page.locator('.tabs a[href^="#/pay"]').click();
      await page.waitForSelector("#payout");
    },
  );
}

/** Deals of so many payees over a year. */
const many = (deals, payees) =>
  `id,day,amount,rep\n${Array.from({ length: deals }, (_, n) => {
    const month = String(1 + (n % 12)).padStart(2, "0");
    return `D${n},2026-${month}-${String(1 + (n % 28)).padStart(2, "0")},${1000 + ((n * 7919) % 90_000)}.50,rep${n % payees}`;
  }).join("\n")}\n`;

async function large(page) {
  await check(
    "10,000 deals of 2,000 payees: the page is never blocked, and no table holds all rows",
    async () => {
      await open(page, many(10_000, 2_000), 2_000);
      await page.waitForSelector("#payout");
      await page.locator('.tabs a[href^="#/compare"]').click();
      await page.waitForSelector("#compare-files");
      await watchFrames(page);
      const began = performance.now();
      await chooseScript(page, "#compare-files", PLAN.replace("5.pct", "6.pct"));
      await page.waitForFunction(
        () => document.querySelector("#compare-up")?.textContent.replace(/[\u2066-\u2069]/g, "") === "2,000",
        undefined,
        { timeout: 30_000 },
      );
      const took = Math.round(performance.now() - began);
      const gap = Math.round(await longestFrame(page));
      const rows = await page.locator(".compared tbody tr").count();
      console.log(
        `      two versions compared after ${took} ms, longest frame ${gap} ms, ${rows} rows shown`,
      );
      must(rows <= 100, `${rows} rows in the page`);
      must(gap <= 1_000, `a frame took ${gap} ms`);
    },
  );

  await check(
    "the table is scrolled to its last payee by keys and by Tab, and never holds all rows",
    async () => {
      const at = () =>
        page
          .locator(".compared tr[aria-rowindex]")
          .evaluateAll((all) =>
            all.map((row) => Number(row.ariaRowIndex ?? row.getAttribute("aria-rowindex"))),
          );
      same(await page.locator(".compared").getAttribute("aria-rowcount"), "2001", "rows said");
      await page.locator(".compared .opener").first().focus();
      await page.keyboard.press("End");
      await page.waitForFunction(() => document.querySelector('.compared tr[aria-rowindex="2001"]'));
      must((await at()).length <= 100, `${(await at()).length} rows in the page`);
      await page
        .locator('.compared tr[aria-rowindex="1900"] .opener')
        .scrollIntoViewIfNeeded()
        .catch(() => {});
      const opener = page.locator(".compared .opener:not(:disabled)").last();
      await opener.click();
      await page.waitForSelector(".compare-detail");
      for (const step of [1, 2, 3]) {
        await page.keyboard.press("Shift+Tab");
        must(
          await page.evaluate(() => document.activeElement?.matches(".compared .opener")),
          `after ${step} presses of Tab no row has the focus`,
        );
      }
      await page.keyboard.press("Home");
      await page.waitForFunction(() => document.querySelector('.compared tr[aria-rowindex="2"]'));
      must((await at()).length <= 100, `${(await at()).length} rows in the page`);
      await page.locator('.tabs a[href^="#/pay"]').click();
      await page.waitForSelector("#payout");
    },
  );

  await check(
    "what runs long is ended by the press of Stop, and the page goes on with the same data",
    async () => {
      await open(page, many(30_000, 500), 500);
      // Within every limit of the language, and twenty thousand terms for each of the deals.
      const slow = `${doubling(13)}\n${PLAN}commission("Takes long", #{ on: sales, pay: |deal| f12(deal.amount) });\ncommission("And longer", #{ on: sales, pay: |deal| f11(deal.amount) });\n`;
      await page.locator('.tabs a[href^="#/plan"]').click();
      await page.waitForSelector(".cm-line");
      await chooseScript(page, "#open-script", slow);
      const press = page.locator(".runaway button", { hasText: /^Stop$/ });
      await press.or(page.locator(".problem.error")).first().waitFor({ timeout: 20_000 });
      same(await page.locator(".problem.error").count(), 0, "problems of the plan");
      const gone = page.workers()[0].waitForEvent("close");
      // It is the press that ends it, and not its time: that would not fall into the same moment.
      const said = await page.evaluate(async () => {
        const stop = [...document.querySelectorAll(".runaway button")].find(
          (one) => one.textContent === "Stop",
        );
        stop?.click();
        await new Promise((done) => setTimeout(done, 0));
        return stop ? document.querySelector(".runaway").textContent : "it ended by itself";
      });
      must(/ran too long.*Run again/.test(said), said);
      await gone;
      await dropped(page);
      same(await page.locator("#payee option").count(), 500, "payees after it");
    },
  );
}

export async function hostile(visit) {
  const visitor = await visit();
  const { page } = visitor;
  await names(page);
  await endless(page);
  await large(page);
  await check("all that: nothing off the origin, no error, no breach of the policy", async () => {
    same((await visitor.troubles()).join("\n"), "", "seen");
  });
  await visitor.context.close();
}
