// The screens Compare and About for axe, as full of things as they get, and no wider than the window.
import { axe, must } from "./checks.mjs";

const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Violations on both screens; each is opened by its address. */
export async function looked(page) {
  const found = [];
  await page.evaluate(() => {
    location.hash = "#/compare";
  });
  await page.waitForSelector("#version-b");
  found.push(...(await axe(page)));
  await page.locator("#version-b").selectOption("example");
  await page.waitForSelector("#compare-cost");
  await page.locator(".compared .opener:not(:disabled)").first().click();
  for (const summary of await page.locator("main details:not([open]) summary").all()) await summary.click();
  found.push(...(await axe(page)));
  must((await wide(page)) <= 0, `Compare scrolls sideways by ${await wide(page)} px`);
  await page.evaluate(() => {
    location.hash = "#/about";
  });
  await page.waitForSelector(".shipped tbody tr");
  found.push(...(await axe(page)));
  must((await wide(page)) <= 0, `About scrolls sideways by ${await wide(page)} px`);
  return found;
}
