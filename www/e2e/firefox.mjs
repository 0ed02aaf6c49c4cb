// The main path of the page in Firefox, driven over WebDriver BiDi, and once more in Chromium: both must show the same.
// The browser's path comes from EARNMARK_FIREFOX; without it or without Chromium the walk is skipped, and it is said.
// With EARNMARK_SHOTS set to a folder it leaves pictures of what Firefox shows there.
import { existsSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { check, minor, must, result, same, shownAmount } from "./checks.mjs";

const path = process.env.EARNMARK_FIREFOX || "/usr/bin/firefox-esr";
if (!existsSync(path)) {
  console.log(`skipped: no Firefox at ${path} (set EARNMARK_FIREFOX)`);
  console.log("0 passed, 0 failed");
  process.exit(0);
}
// It ends with a reason of its own where Chromium or the built page is missing.
const { browser: chromium, site, visit } = await import("./browser.mjs");

const firefox = await puppeteer.launch({ browser: "firefox", executablePath: path, headless: true });
const shots = process.env.EARNMARK_SHOTS;

/** A fresh visitor with Firefox, and what must never happen while the page is shown. */
async function visitWithFirefox() {
  const context = await firefox.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const seen = [];
  page.on("console", (message) => {
    if (["error", "warn", "warning"].includes(message.type()))
      seen.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("requestfailed", (request) =>
    seen.push(`failed request: ${request.url()} ${request.failure()?.errorText}`),
  );
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.evaluateOnNewDocument(() => {
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.violations.push(`${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(`${site.origin}/`);
  await page.waitForSelector("#payout", { timeout: 20_000 });
  const troubles = async () => [
    ...seen,
    ...asked
      .filter((url) => !url.startsWith(site.origin) && !/^(data|blob):/.test(url))
      .map((url) => `off the origin: ${url}`),
    ...(await page.evaluate(() => globalThis.violations)).map((one) => `policy: ${one}`),
  ];
  return { page, context, troubles, asked };
}

// Playwright and Puppeteer name the same things alike where they can; what follows keeps to those.

/** What stands in the elements of `selector`, without the marks that isolate figures. */
const shown = (page, selector) =>
  page.evaluate(
    (selector) =>
      [...document.querySelectorAll(selector)]
        .map((one) => one.textContent.replace(/[\u2066-\u2069]/g, ""))
        .join(" "),
    selector,
  );

const amount = async (page, selector) => minor(shownAmount(await shown(page, selector)));

/** Waits in the page until `run` is true there. */
async function until(page, run, given) {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    if (await page.evaluate(run, given)) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`not true in ten seconds: ${run}`);
}

const tab = (page, screen) => page.click(`.tabs a[href^="#/${screen}"]`);

/** The main path; gives what was shown on the way, by name. `look` is called where a picture is worth it. */
async function walk(page, look) {
  const told = {};
  const keep = async (name, selector) => {
    told[name] = await shown(page, selector);
    must(/\d/.test(told[name]), `${name} is not shown: ${told[name]}`);
  };

  await keep("payout", "#payout");
  told.digests = await page.evaluate(() =>
    [...document.querySelectorAll(".digests code")].map((one) => one.title).join(),
  );
  must(/^([0-9a-f]{64},?){6}$/.test(told.digests), `digests: ${told.digests}`);
  await look("payout");

  await page.click(".opener");
  await page.waitForSelector("tr.detail [data-amount]");
  told.steps = await page.evaluate(() =>
    [...document.querySelectorAll("tr.detail")]
      .find((row) => row.checkVisibility())
      .textContent.replace(/[\u2066-\u2069]/g, ""),
  );
  must(/\.rhai/.test(told.steps), `the steps name no script: ${told.steps}`);

  await page.focus('.whatif input[inputmode="decimal"]');
  await page.keyboard.type("25000");
  await until(page, () => document.querySelector("tr.line.hypothetical")?.textContent.includes("25,000.00"));
  await keep("total with one more deal", "#whatif-total");
  await keep("what one more deal adds", "#whatif-change");
  same(
    (await amount(page, "#whatif-total")) - (await amount(page, "#payout")),
    await amount(page, "#whatif-change"),
    "total less payout",
  );
  await look("what-if");

  const mine = page.url();
  const other = await page.evaluate(() => {
    const payee = document.querySelector("#payee");
    return [...payee.options].find((one) => one.value !== payee.value).value;
  });
  // The two name this one differently.
  await (page.select?.("#payee", other) ?? page.selectOption("#payee", other));
  await until(page, (old) => location.href !== old, mine);
  await until(
    page,
    (old) => document.querySelector("#payout")?.textContent.includes(old) === false,
    told.payout,
  );
  await keep("payout of another", "#payout");
  await page.goBack();
  await until(
    page,
    (old) => document.querySelector("#payout")?.textContent.replace(/[\u2066-\u2069]/g, "") === old,
    told.payout,
  );
  same(page.url(), mine, "address after Back");

  await tab(page, "plan");
  await until(page, () =>
    Boolean(document.querySelector(".editor-host")?.shadowRoot?.querySelector(".cm-line")),
  );
  await until(page, () => /\d/.test(document.querySelector(".result .total")?.textContent ?? ""));
  await keep("totals of the plans", ".result .total");
  await look("plan");
  const at = await page.evaluate(() => {
    const lines = document.querySelector(".editor-host").shadowRoot.querySelectorAll(".cm-line");
    const line = [...lines].find((one) => one.textContent.includes("[100.pct, 12.pct],"));
    line.scrollIntoView({ block: "center" });
    // The line's own box goes below the line numbers; what is written in it does not.
    const text = document.createRange();
    text.selectNodeContents(line);
    const box = text.getBoundingClientRect();
    return { x: box.right - 4, y: box.top + box.height / 2 };
  });
  await page.mouse.click(at.x, at.y);
  for (const key of ["End", "ArrowLeft", "ArrowLeft", ..."12.pct".replaceAll(/./g, "x")])
    await page.keyboard.press(key === "x" ? "Backspace" : key);
  await page.keyboard.type("14.pct");
  await page.waitForSelector(".movers tbody tr");
  // A rate that is half typed is one too, where the typing is slow.
  for (let before = ""; before !== (await shown(page, ".result .total")); ) {
    before = await shown(page, ".result .total");
    await new Promise((done) => setTimeout(done, 500));
  }
  await keep("totals with a dearer rate", ".result .total");
  must(told["totals with a dearer rate"] !== told["totals of the plans"], "a dearer rate costs nothing");

  await tab(page, "compare");
  await page.waitForSelector("#compare-cost");
  await keep("what the change costs", "#compare-cost");
  await keep("change by the comparison", "#compare-change");
  await look("compare");
  await page.goBack();
  await until(page, () => Boolean(document.querySelector(".editor-host")));

  await tab(page, "pay");
  await page.waitForSelector("#payout");
  await page.click("#language");
  await until(page, () => document.documentElement.dir === "rtl" && document.documentElement.lang === "ar");
  must(/عمولتك/.test(await shown(page, ".hero h2")), "not in Arabic");
  const mirrored = await page.evaluate(() => {
    const [brand, own] = [".brand", "#language"].map((one) =>
      document.querySelector(one).getBoundingClientRect(),
    );
    return brand.left > own.left;
  });
  must(mirrored, "the head of the page does not begin on the right");
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  must(over <= 0, `it scrolls sideways by ${over} px`);
  await keep("payout in Arabic", "#payout");
  await look("arabic");
  return told;
}

let there;
await check(`the main path in Firefox (${await firefox.version()})`, async () => {
  const began = performance.now();
  const { page, context, troubles, asked } = await visitWithFirefox();
  console.log(`      first payout after ${Math.round(performance.now() - began)} ms, context included`);
  const look = async (name) => {
    if (shots) await page.screenshot({ path: join(shots, `firefox-${name}.png`), fullPage: true });
  };
  there = await walk(page, look);
  must(
    asked.some((url) => /worker-.*\.js$/.test(url)),
    "no request was seen",
  );
  same((await troubles()).join("\n"), "", "seen");
  await context.close();
});

await check("Firefox and Chromium show the same digests, steps and amounts", async () => {
  must(there, "Firefox did not come through");
  const { page, context, troubles } = await visit();
  const here = await walk(page, async () => {});
  for (const [name, wanted] of Object.entries(here)) same(there[name], wanted, name);
  same((await troubles()).join("\n"), "", "seen in Chromium");
  await context.close();
});

await Promise.all([firefox.close(), chromium.close()]);
site.close();
const { passed, failed } = result();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
