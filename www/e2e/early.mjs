// Before the engine is here, and where it never comes: the screen of the address is shown at once, what needs the engine
// waits and says so, and nothing is thrown or written down.
import { rmSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { axe, check, must, same, text, wait, wide } from "./checks.mjs";
import { choose } from "./projects.mjs";
import { unsteady } from "./screens.mjs";

const SHARED = 'plan("Shared", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });\n';
const link = `1.${deflateRawSync(JSON.stringify([["shared.rhai", SHARED]])).toString("base64url")}`;

/** A visitor whose engine stays on its way until `arrive` is called. */
async function held(visit, screen, options = {}) {
  let arrive = () => {};
  const arrived = new Promise((done) => {
    arrive = done;
  });
  const engine = (route) => arrived.then(() => route.continue()).catch(() => {});
  const visitor = await visit({
    first: "#main h1",
    before: unsteady,
    ...options,
    hash: `#/${screen}`,
    engine,
  });
  return { ...visitor, arrive };
}

/** Names of what is kept for a project. */
const written = (page) =>
  page.evaluate(() => Object.keys(localStorage).filter((name) => /\.(draft|history)\./.test(name)));
const script = async (page) => (await page.locator(".cm-line").allTextContents()).join("\n");
const live = (page) => page.waitForSelector(".result .figure");
const there = (page, screen) =>
  wait(page, (screen) => document.querySelector(`.tabs a[href^="#/${screen}"][aria-current]`), screen);
/** Goes to a screen by its tab, and waits for it. */
async function go(page, screen) {
  await page.locator(`.tabs a[href^="#/${screen}"]`).click();
  await there(page, screen);
  await page.waitForSelector("#main h1");
}

async function frame(visit, options, name) {
  await check(`plan without the engine: ${name}`, async () => {
    const { page, context, troubles, arrive } = await held(visit, "plan", options);
    await page.waitForSelector(".cm-line");
    for (const id of ["from-template", "open-script", "format-script", "history", "result-period"])
      must(await page.locator(`#${id}`).isDisabled(), `${id} does not wait`);
    for (const id of ["from-template", "format-script", "history"])
      must(await page.locator(`#${id}`).getAttribute("title"), `${id} does not say why it waits`);
    must((await text(page, ".result .awaited")).length > 0, "the result does not say that it waits");
    must((await text(page, "#plan-status")).length > 0, "the status does not say that it can only be read");
    const found = await axe(page);
    must((await wide(page)) <= 0, `scrolls sideways by ${await wide(page)} px`);
    const early = await script(page);
    must(early.includes('plan("Account Executive"'), "the sample's script is not shown");
    await page.locator(".cm-content").focus();
    await page.keyboard.type("let x = 1;");
    await page.keyboard.press("F8");
    same(await script(page), early, "the script, typed into");
    arrive();
    await live(page);
    same(await script(page), early, "the script of the engine");
    same(await page.locator("#history").isDisabled(), false, "the history still waits");
    same(await page.locator(".awaited:not(:empty)").count(), 0, "what is said to wait");
    same((await written(page)).join(), "", "written down");
    const shifted = await page.evaluate(() => globalThis.shifted);
    must(shifted <= 0.05, `what is seen moves by ${shifted} when the engine comes`);
    await page.locator(".cm-line").first().click();
    await page.keyboard.type("plam(1);\n");
    await page.waitForSelector(".problem.error");
    same(found.join("\n"), "", "violations");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });
}

async function ways(visit) {
  await check("every screen can be gone to without the engine, and Back leads through them", async () => {
    const { page, context, troubles, arrive } = await held(visit, "plan?file=rules/europe.rhai");
    await page.waitForSelector(".cm-line");
    must((await script(page)).includes("plan("), "no script");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#save-script").click(),
    ]);
    same(download.suggestedFilename(), "europe.rhai", "file name");
    await page.locator("#share").click();
    await wait(page, () => document.querySelector("#share-link")?.value.includes("p=1."));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Enter");
    await there(page, "tests");
    must(await page.locator("#run-tests").isDisabled(), "tests can be run");
    same(await text(page, "#tests-summary"), "Loading the calculator…", "Tests");
    await go(page, "compare");
    same(await text(page, "#main .wait"), "Loading the calculator…", "Compare");
    await go(page, "pay");
    same(await text(page, ".hero [role=status]"), "Loading the calculator…", "My payout");
    await go(page, "about");
    for (const screen of ["pay", "compare", "tests", "plan"]) {
      await page.goBack();
      await there(page, screen);
    }
    same(await page.locator(".files [aria-current]").innerText(), "europe.rhai", "the script of the address");
    arrive();
    await live(page);
    same(await page.locator(".files [aria-current]").innerText(), "europe.rhai", "the script, later");
    await page.goForward();
    await page.waitForSelector("#tests-summary span");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });
}

async function linked(visit) {
  await check("a plan in a link is read without the engine, and taken with it", async () => {
    const { page, context, troubles, arrive } = await held(visit, `plan?p=${link}`, {
      first: "#shared-take",
    });
    same(await text(page, ".shared pre"), SHARED, "the plan");
    must(await page.locator("#shared-take").isDisabled(), "it can be taken already");
    same(await text(page, ".shared .awaited"), "Loading the calculator…", "said");
    arrive();
    await wait(page, () => document.querySelector("#shared-take")?.disabled === false);
    same(await page.locator(".result").count(), 0, "results before it was taken");
    await page.locator("#shared-take").click();
    await wait(page, () => document.querySelector(".files [aria-current]")?.textContent.includes("shared"));
    await live(page);
    await page.locator(".cm-line", { hasText: 'plan("Shared"' }).waitFor();
    await wait(page, () => Object.keys(localStorage).some((name) => name.startsWith("earnmark.draft.")));
    await page.reload();
    await page.waitForSelector(".files .mark");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });

  await check("who has a draft is not shown the scripts without it first", async () => {
    const { page, context, troubles, arrive } = await held(visit, "plan", {
      before: () => localStorage.setItem("earnmark.draft.0", '{"at":1,"texts":{}}'),
    });
    await page.waitForSelector(".editor-host.reserved .cm-editor", { state: "attached" });
    same(await text(page, "#plan-status"), "Loading the calculator…", "said");
    same(await page.locator(".files a").count(), 0, "scripts");
    must(await page.locator("#save-script").isDisabled(), "nothing can be saved");
    arrive();
    await live(page);
    same(await page.locator(".files a").count(), 5, "scripts, later");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });
}

async function kept(visit) {
  await check("a plan in a link is shown beside files that this browser keeps", async () => {
    const { page, context, troubles } = await visit();
    const folder = await choose(page, "id,day,amount,rep\nD1,2026-01-15,1000,ann\n");
    await wait(page, () => document.querySelector("#payee")?.value === "ann");
    rmSync(folder, { recursive: true });
    await go(page, "about");
    await page.locator(".keeping input").check();
    await wait(page, async () => (await indexedDB.databases()).length > 0);
    await page.evaluate((link) => history.replaceState(null, "", `#/plan?p=${link}`), link);
    await page.reload();
    await wait(page, () => document.querySelector("#shared-take")?.disabled === false);
    must((await text(page, ".banner")).includes("Test"), "the kept files are not open");
    same(await text(page, ".shared pre"), SHARED, "the plan");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });
}

async function chosenEarly(visit) {
  await check("files that are chosen before the engine is here are opened once it is", async () => {
    const { page, context, troubles, arrive } = await held(visit, "pay");
    const folder = await choose(page, "id,day,amount,rep\nD1,2026-01-15,1000,ann\n");
    await page.waitForSelector("dialog[open]", { state: "detached" });
    same(await page.locator(".notice").count(), 0, "notices");
    arrive();
    await wait(page, () => document.querySelector("#payee")?.value === "ann");
    rmSync(folder, { recursive: true });
    same(await text(page, "#payout"), "$50.00", "payout");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });
}

async function absent(visit) {
  await check("About is read while the engine never comes", async () => {
    const { page, context, troubles } = await held(visit, "about");
    await page.waitForSelector(".shipped tbody tr");
    must((await page.title()).startsWith("About"), "the title does not say where one is");
    await page.locator("#language").click();
    await wait(page, () => document.documentElement.dir === "rtl");
    await page.locator("#language").click();
    await page.locator(".keeping .quiet").click();
    await page.waitForSelector(".notice");
    must((await text(page, ".notice")).length > 0, "it is not told that all is forgotten");
    same((await axe(page)).join("\n"), "", "violations");
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });

  await check("a browser that cannot run the engine is told so on every screen", async () => {
    const { page, context, troubles } = await visit({
      hash: "#/plan",
      first: ".cm-line",
      before: () => delete globalThis.WebAssembly,
    });
    for (const screen of ["plan", "tests", "compare", "pay", "about"]) {
      await go(page, screen);
      must((await text(page, "#main [role=alert]")).includes("cannot run"), `nothing is told on ${screen}`);
    }
    same((await troubles()).join("\n"), "", "seen");
    await context.close();
  });

  for (const locale of ["en-US", "ar"])
    await check(`an engine that cannot be loaded is told on every screen: ${locale}`, async () => {
      const engine = (route) => route.fulfill({ status: 503, body: "no" });
      const { page, context, troubles } = await visit({
        locale,
        hash: "#/plan",
        first: ".not-started",
        engine,
      });
      must((await text(page, ".not-started")).includes("503"), "the reason is not told");
      await page.waitForSelector(".cm-line");
      must((await script(page)).includes("plan("), "the script is not shown");
      must(await page.locator("#from-template").isDisabled(), "a template can be asked for");
      same(await page.locator(".awaited:not(:empty)").count(), 0, "what is said to wait");
      const found = await axe(page);
      for (const screen of ["tests", "compare", "pay", "about"]) {
        await go(page, screen);
        must((await text(page, ".not-started")).includes("503"), `nothing is told on ${screen}`);
        found.push(...(await axe(page)));
      }
      same(found.join("\n"), "", "violations");
      // The browser itself notes that a file could not be fetched.
      const seen = (await troubles()).filter((one) => !/503/.test(one));
      same(seen.join("\n"), "", "seen");
      await context.close();
    });
}

export async function early(visit) {
  await frame(visit, {}, "English");
  await frame(visit, { locale: "ar", dark: true }, "Arabic, dark");
  await frame(visit, { width: 390, height: 844 }, "a phone");
  await frame(visit, { locale: "ar", width: 320, height: 700 }, "Arabic, a narrow phone");
  await ways(visit);
  await linked(visit);
  await kept(visit);
  await chosenEarly(visit);
  await absent(visit);
}
