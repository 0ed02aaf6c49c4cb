// The browser and the page that it is shown: `dist/` behind a server of its own, and fresh visitors of it.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { watch } from "./checks.mjs";
import { serve } from "./server.mjs";

const path = process.env.EARNMARK_CHROMIUM || "/usr/bin/chromium";
const dist = fileURLToPath(new URL("../dist", import.meta.url));
if (!existsSync(path)) {
  console.log(`skipped: no browser at ${path} (set EARNMARK_CHROMIUM)`);
  console.log("0 passed, 0 failed");
  process.exit(0);
}
if (!existsSync(`${dist}/index.html`)) {
  console.log("www/dist is not there: run `npm run build` first");
  console.log("0 passed, 1 failed");
  process.exit(1);
}

export const site = await serve(dist);
export const browser = await chromium.launch({
  executablePath: path,
  args: [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

/** A fresh visitor. */
export async function visit({
  locale = "en-US",
  dark = false,
  width = 1280,
  height = 900,
  hash = "",
  first = "#payout",
  before,
  engine,
} = {}) {
  const context = await browser.newContext({
    locale,
    colorScheme: dark ? "dark" : "light",
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const troubles = await watch(page, site.origin);
  // Runs in the page before anything of its own.
  if (before) await page.addInitScript(before);
  // Answers for the server where the engine is asked for.
  if (engine) await page.route(/\.wasm$/, engine);
  await page.goto(`${site.origin}/${hash}`);
  await page.waitForSelector(first, { timeout: 20_000 });
  return { page, context, troubles };
}
