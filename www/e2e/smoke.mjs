// The page in a real browser: builds nothing, serves `dist/` itself and checks what the page promises.
// The browser's path comes from EARNMARK_CHROMIUM; without one the checks are skipped, and it is said.
// `npm run e2e -- plans axe` runs parts of it.
import { browser, site, visit } from "./browser.mjs";
import { axe, check, must, result, same, wide } from "./checks.mjs";
import { comparing } from "./compare.mjs";
import { digests } from "./digests.mjs";
import { early } from "./early.mjs";
import { edges } from "./edges.mjs";
import { first } from "./first.mjs";
import { hostile } from "./hostile.mjs";
import { offline } from "./offline.mjs";
import { opening } from "./opening.mjs";
import { complete, looks, pay } from "./pay.mjs";
import { plans } from "./plans.mjs";
import { drawn, looked, mapped, unsteady } from "./screens.mjs";
import { times } from "./times.mjs";

const asked = process.argv.slice(2);
const wanted = (part) => asked.length === 0 || asked.includes(part);

if (wanted("first")) await first(visit);
if (wanted("times")) await times();
if (wanted("pay")) {
  const main = await visit();
  const { page } = main;
  await pay(page);
  await comparing(page);
  await opening(page);
  await digests(page);
  await looks(page);
  await check("nothing off the origin, no error, no breach of the policy", async () => {
    same((await main.troubles()).join("\n"), "", "seen");
  });
  await main.context.close();
}
if (wanted("offline")) await offline(await visit(), site);
if (wanted("early")) await early(visit);
if (wanted("edges")) await edges(visit);
if (wanted("plans")) await plans(visit);
if (wanted("hostile")) await hostile(visit);

const locales = wanted("axe") ? ["en-US", "ar"] : [];
// Phones are tried at the narrowest they come in and at a common width, each in one theme of each language.
for (const locale of locales)
  for (const dark of [false, true])
    for (const width of [1280, dark === (locale === "ar") ? 320 : 375])
      await check(
        `axe: ${locale}, ${dark ? "dark" : "light"}, ${width} px, with and without dialog`,
        async () => {
          const { page, context, troubles } = await visit({ locale, dark, width, before: unsteady });
          await page.waitForSelector("tr.line");
          const shifted = await page.evaluate(() => globalThis.shifted);
          must(shifted <= 0.05, `what is seen moves by ${shifted} while the page starts`);
          must((await wide(page)) <= 0, `scrolls sideways by ${await wide(page)} px`);
          await complete(page, "48000");
          await page.waitForSelector("#whatif-total");
          await page.locator(".opener").first().click();
          for (const summary of await page.locator("main summary").all())
            if (await summary.isVisible()) await summary.click();
          const found = await axe(page);
          await page.locator("#open").click();
          await page.waitForSelector("dialog[open]");
          found.push(...(await axe(page)));
          await page.keyboard.press("Escape");
          found.push(...(await mapped(page)));
          found.push(...(await looked(page)));
          if (width === 1280 && !dark) {
            await page.locator('.tabs a[href^="#/pay"]').click();
            await page.waitForSelector("#payout");
            same((await drawn(page)).join("; "), "", "cut off in a drawing");
          }
          same(found.join("\n"), "", "violations");
          same((await troubles()).join("\n"), "", "seen");
          await context.close();
        },
      );

await browser.close();
site.close();
const { passed, failed } = result();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
