// Without a network: the page opens from its copy, on its own data; About tells what it is made of.
import { check, must, text } from "./checks.mjs";

/** Fetching a whole copy takes longer than drawing something. */
const wait = (page, run) => page.waitForFunction(run, undefined, { timeout: 30_000 });

/** In a visit of its own: a server that is gone fails requests, which elsewhere must not happen. */
export async function offline({ page, context }, site) {
  await check("About: privacy, digests in full, keys, licences of what is shipped", async () => {
    await page.getByRole("link", { name: "About" }).click();
    await page.waitForSelector(".shipped tbody tr");
    const told = await text(page, "main");
    must(/Nothing is uploaded/.test(told), "privacy");
    must((await page.locator(".versions.full code").count()) >= 6, "digests");
    for (const name of ["preact", "rhai", "rust_decimal"])
      must(
        (await page.locator(".shipped th", { hasText: new RegExp(`^\\W*${name}\\W*$`) }).count()) === 1,
        name,
      );
    const response = await page.request.get(`${site.origin}/licences.txt`);
    must(/Permission is hereby granted/.test(await response.text()), "no licence texts");
    await page.getByRole("link", { name: "My payout" }).click();
  });

  await check("the page opens with its server gone, and says so", async () => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await wait(page, () => navigator.serviceWorker.controller !== null);
    const payout = await text(page, "#payout");
    site.stop();
    await context.setOffline(true);
    await page.reload();
    await page.waitForSelector("#payout");
    must((await text(page, "#payout")) === payout, "another payout");
    must(/Offline/.test(await text(page, ".page-status")), "not said");
    await page.getByRole("link", { name: "Compare" }).click();
    await page.waitForSelector("#version-b");
    await context.setOffline(false);
    site.start();
    await page.getByRole("link", { name: "My payout" }).click();
    await page.waitForSelector("#payout");
  });

  await check("a newer version waits until it is asked for", async () => {
    site.change("sw.js", (script) => script.replace(/earnmark-[0-9a-f]{12}/, "earnmark-000000000000"));
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    await page.waitForSelector("#reload");
    await page.evaluate(() => {
      globalThis.still = true;
    });
    await page.waitForTimeout(300);
    must(await page.evaluate(() => globalThis.still === true), "it reloaded by itself");
    await page.locator("#reload").click();
    await wait(page, () => globalThis.still === undefined && document.querySelector("#payout"));
    must((await page.locator("#reload").count()) === 0, "it is still offered");
    site.change("sw.js", null);
  });
  await context.close();
}
