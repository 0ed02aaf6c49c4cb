// Small tools of the browser tests: counting, money as whole minor units, axe, a watch over what must not happen.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const tally = { passed: 0, failed: 0 };

/** Runs one check; a failed one is printed and the others go on. */
export async function check(name, run) {
  try {
    await run();
    tally.passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    tally.failed += 1;
    console.log(`FAIL  ${name}\n      ${String(error?.message ?? error).replaceAll("\n", "\n      ")}`);
  }
}

export const result = () => tally;

export function must(condition, message) {
  if (!condition) throw new Error(message);
}

export const same = (found, wanted, what) =>
  must(Object.is(found, wanted), `${what}: found "${found}", wanted "${wanted}"`);

/** "1234.50" as 123450n, at six places: exact for every currency. */
export function minor(text) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  must(whole !== undefined, `not a decimal: ${text}`);
  const units = BigInt(whole + part.padEnd(6, "0").slice(0, 6));
  return sign ? -units : units;
}

/** An amount as the page shows it in English, back to a decimal: "-$1,234.50" to "-1234.50". */
export const shownAmount = (text) => text.replace(/[^\d.-]/g, "");

/** What stands in the first element of `selector`, without the marks that isolate figures. */
export const text = async (page, selector) =>
  (await page.locator(selector).first().textContent()).replace(/[\u2066-\u2069]/g, "");

/** Waits in the page until `run` is true there. */
export const wait = (page, run, ...args) => page.waitForFunction(run, ...args, { timeout: 5_000 });

/** Opens an export with a deal on a day that no calendar has. */
export async function openWrongDay(page) {
  const rows = [11, 12, 13, 14, 15].map((day) => `A-${day},2026-01-${day},${day}00,Ann`).join("\n");
  await page.locator("#open").click();
  await page.locator("#choose-files").setInputFiles({
    name: "deals.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`deal_id,close_date,amount,rep\n${rows}\nA-2,31.02.2026,250,Ann\n`),
  });
}

/** Notes from now on how long each frame of the page took. */
export const watchFrames = (page) =>
  page.evaluate(() => {
    globalThis.gaps = [];
    let before = performance.now();
    const tick = () => {
      const now = performance.now();
      globalThis.gaps.push(now - before);
      before = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });

/** The longest of them so far, in ms. */
export const longestFrame = (page) => page.evaluate(() => Math.max(...globalThis.gaps));

/** Notes everything that must never happen on `page`. */
export async function watch(page, origin) {
  const seen = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      seen.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  // A reload cuts off what was still being fetched.
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") seen.push(`failed request: ${request.url()} ${why}`);
  });
  page.context().on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:"))
      seen.push(`off the origin: ${url}`);
  });
  await page.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.violations.push(`${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  return async () => {
    const violations = await page.evaluate(() => globalThis.violations ?? []);
    return [...seen, ...violations.map((v) => `policy: ${v}`)];
  };
}

const axeSource = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** Every rule of WCAG 2.0 to 2.2 A and AA and the best practices; gives the violations in short. */
export async function axe(page) {
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/** By how many pixels the page is wider than its window. */
export const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
