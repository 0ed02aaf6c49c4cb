// The screens Compare and About and the dialog of columns for axe, as full of things as they get, and no wider than
// the window.
import { axe, must, wide } from "./checks.mjs";

/** Violations in the dialog that asks for the columns of a file, which is then closed. */
export async function mapped(page) {
  await page.locator("#open").click();
  await page.locator("#choose-files").setInputFiles({
    name: "export.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(
      "nr,when,a_column_with_a_name_that_goes_on,net\n1,2026-01-15,a value that goes on and on,1000\n",
    ),
  });
  await page.waitForSelector("dialog[open] .mapping");
  await page.locator("#map-amount").selectOption("net");
  await page.locator("#map-closed").selectOption("a_column_with_a_name_that_goes_on");
  const found = await axe(page);
  const dialog = await page.locator("dialog[open]").evaluate((box) => box.scrollWidth - box.clientWidth);
  must(dialog <= 0, `the dialog of columns scrolls sideways by ${dialog} px`);
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });
  must((await wide(page)) <= 0, `the page scrolls sideways by ${await wide(page)} px`);
  return found;
}

/** In the page, before anything of its own: adds up by how much moves that was seen, as browsers count it. */
export function unsteady() {
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) globalThis.shifted += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
}

/** Words of drawings that leave them, of every fourth payee: figures are longer in one language than in another. */
export async function drawn(page) {
  const cut = [];
  const ids = await page.locator("#payee option").evaluateAll((all) => all.map((one) => one.value));
  for (const id of ids.filter((_, n) => n % 4 === 1)) {
    await page.locator("#payee").selectOption(id);
    await page.waitForFunction((id) => location.hash.includes(encodeURIComponent(id)), id);
    const words = await page.locator("main svg text").evaluateAll((all) =>
      all
        .filter((word) => {
          const [at, box] = [word, word.ownerSVGElement].map((part) => part.getBoundingClientRect());
          return at.left < box.left - 1 || at.right > box.right + 1;
        })
        .map((word) => word.textContent),
    );
    if (words.length > 0) cut.push(`${id}: ${words.join(", ")}`);
  }
  return cut;
}

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
