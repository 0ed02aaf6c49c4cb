// What a first visit fetches before its payout stands, without the engine itself: by what the browser really fetched, packed
// as hosts pack it.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { check, must } from "./checks.mjs";

/** Bytes of scripts and styles. The sentences in Arabic are fetched by those who read them, and come on top. */
const LIMITS = { "en-US": 40_000, ar: 45_000 };

/** In the page, before anything of its own: notes what has been fetched once the first amount is there. */
function note() {
  const watch = new MutationObserver(() => {
    if (!/[\d٠-٩]/.test(document.querySelector("#payout")?.textContent ?? "")) return;
    watch.disconnect();
    globalThis.fetched = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  });
  watch.observe(document, { childList: true, subtree: true, characterData: true });
}

export async function first(visit) {
  for (const [locale, limit] of Object.entries(LIMITS))
    await check(`scripts and styles before the first payout, ${locale}: at most ${limit} bytes`, async () => {
      const { page, context } = await visit({ locale, before: note });
      const all = (await page.evaluate(() => globalThis.fetched)).filter((path) => /\.(js|css)$/.test(path));
      const sizes = all.map((path) => {
        const bytes = readFileSync(new URL(`../dist${path}`, import.meta.url));
        return { path, size: gzipSync(bytes, { level: 9 }).length };
      });
      const total = sizes.reduce((sum, { size }) => sum + size, 0);
      const told = sizes.map(({ path, size }) => `${path.replace("/assets/", "")} ${size}`).join(", ");
      console.log(`      ${total}: ${told}`);
      // Else what is weighed is not what is fetched.
      must(/worker-/.test(told), `the worker is not among them: ${told}`);
      must(total <= limit, `${total} bytes with gzip: ${told}`);
      await context.close();
    });
}
