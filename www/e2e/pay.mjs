// My payout: figures that add up, what-if, the curve, addresses, search, digests, paper, languages, themes.
import { check, minor, must, same, shownAmount, text, wait } from "./checks.mjs";

const firstMoney = (page) => page.locator('.whatif input[inputmode="decimal"]').first();

/** Fills every needed field of the first hypothetical deal that is still empty. */
export async function complete(page, amount) {
  await firstMoney(page).fill(amount);
  for (const input of await page.locator(".whatif fieldset:first-of-type input[required]").all())
    if ((await input.inputValue()) === "") await input.fill("12");
}

export async function pay(page) {
  await check("the first payout appears, with company and privacy said", async () => {
    must(/\d/.test(await text(page, "#payout")), "no amount");
    must((await text(page, ".banner")).includes("Nothing is uploaded"), "the privacy sentence is missing");
    must((await text(page, ".banner")).includes("Sample data"), "sample data is not named");
    must((await page.title()).includes("Earnmark"), "no title");
  });

  await check("the lines of a component add up to it, and the payout is the statement's", async () => {
    const groups = await page.locator("table.lines > tbody:not(.totals)").all();
    must(groups.length > 0, "no lines");
    for (const group of groups) {
      const total = minor(shownAmount(await group.locator("tr.group .amount").textContent()));
      let lines = 0n;
      for (const pay of await group.locator("tr.line .pay").allInnerTexts()) lines += minor(shownAmount(pay));
      same(lines, total, "lines of a component");
    }
    same(
      shownAmount(await text(page, ".payout-row .amount")),
      shownAmount(await text(page, "#payout")),
      "payout",
    );
  });

  await check("every line opens to steps that add up, with script and line", async () => {
    await page.getByRole("button", { name: "Open all" }).click();
    const lines = await page.locator("tr.line").all();
    const details = await page.locator("tr.detail").all();
    same(details.length, lines.length, "details");
    for (const [n, line] of lines.slice(0, 60).entries()) {
      const steps = await details[n]
        .locator("[data-amount]")
        .evaluateAll((all) => all.map((e) => e.dataset.amount));
      must(steps.length > 0, `line ${n} has no step`);
      const converted = (await details[n].locator(".converted").count()) > 0;
      const sum = steps.reduce((total, step) => total + minor(step), 0n);
      if (!converted)
        same(sum, minor(shownAmount(await line.locator(".pay").textContent())), `steps of line ${n}`);
      must(/\.rhai/.test(await details[n].locator(".source").textContent()), `line ${n} names no script`);
    }
    await details[0].getByText("Show the script").click();
    must((await details[0].locator(".excerpt .at").count()) === 1, "the line of the script is not marked");
    await page.getByRole("button", { name: "Close all" }).click();
    await page.locator(".opener").first().focus();
    await page.keyboard.press("Enter");
    same(await page.locator(".opener").first().getAttribute("aria-expanded"), "true", "opened by keys");
  });

  await check(
    "the script that a line comes from is shown at its place, and Back leads to the statement",
    async () => {
      const detail = page.locator("tr.detail:not([hidden])").first();
      const said = (await detail.locator(".excerpt .at").textContent()).replace(/^\d+/, "").trim();
      must(said.length > 3, `the line says nothing: ${said}`);
      await detail.locator(".source a").click();
      await wait(
        page,
        (said) => {
          const root = document.querySelector(".editor-host")?.shadowRoot;
          return root?.querySelector(".cm-activeLine")?.textContent.trim() === said;
        },
        said,
      );
      await page.goBack();
      await page.waitForSelector("#payout");
      await page.waitForSelector("tr.detail:not([hidden])");
    },
  );

  await check("a deal that might close changes the total, and the parts add up to the change", async () => {
    const payout = minor(shownAmount(await text(page, "#payout")));
    await complete(page, "48,000");
    await page.waitForSelector("#whatif-total");
    await page.getByRole("button", { name: "Add another deal" }).click();
    const second = page.locator(".whatif fieldset").nth(1).locator('input[inputmode="decimal"]').first();
    await second.fill("7500");
    await wait(page, () => document.querySelectorAll(".whatif .adds").length === 2);
    const total = minor(shownAmount(await text(page, "#whatif-total")));
    const change = minor(shownAmount(await text(page, "#whatif-change")));
    same(total - payout, change, "total less payout");
    must(change !== 0n, "nothing changed");
    let parts = 0n;
    for (const words of await page.locator(".whatif .adds strong").allInnerTexts())
      parts += /\d/.test(words) ? minor(shownAmount(words)) : 0n;
    same(parts, change, "what each deal adds");
    must((await page.locator("tr.line.hypothetical").count()) > 0, "no tinted line in the statement");
    await firstMoney(page).fill("12,34");
    must(await page.locator(".whatif .wrong").first().isVisible(), "a wrong figure is not named");
    await page.getByRole("button", { name: "Clear" }).click();
    await wait(page, () => !document.querySelector("#whatif-total"));
  });

  await check("open deals say what each would pay, and a tick takes them into the what-if", async () => {
    const before = new URLSearchParams(page.url().split("?")[1]);
    const own = await page.locator("#payout").textContent();
    await page.locator("#payee").selectOption("mara.lindholm");
    await page.locator("#period").selectOption("2026-12");
    await page.waitForSelector(".open-deals li input");
    const payout = minor(shownAmount(await text(page, "#payout")));
    const deals = page.locator(".open-deals > ul").first().locator("li");
    same(await deals.count(), 2, "open deals of the period");
    const would = [];
    for (const said of await deals.locator(".pays").allInnerTexts()) would.push(minor(shownAmount(said)));
    must(
      would.every((one) => one > 0n),
      "one of them would pay nothing",
    );
    await deals.nth(0).locator("input").check();
    await page.waitForSelector("#whatif-change");
    same(minor(shownAmount(await text(page, "#whatif-change"))), would[0], "the first alone");
    const parts = async () => {
      let sum = 0n;
      for (const said of await page.locator("tbody.hypothetical-group tr:not(.group) .pay").allInnerTexts())
        sum += minor(shownAmount(said));
      return sum;
    };
    same(await parts(), would[0], "what the statement shows of it");
    const alone = await page.locator("#whatif-change").textContent();
    await deals.nth(1).locator("input").check();
    await wait(page, (alone) => document.querySelector("#whatif-change").textContent !== alone, alone);
    const change = minor(shownAmount(await text(page, "#whatif-change")));
    same(minor(shownAmount(await text(page, "#whatif-total"))) - payout, change, "total less payout");
    same(await parts(), change, "what the statement shows of both");
    must(
      (await page.locator("tr.line.hypothetical", { hasText: "OP-26601" }).count()) > 0,
      "not in the statement",
    );
    await page.getByRole("button", { name: "Clear" }).click();
    await wait(page, () => !document.querySelector("#whatif-total"));
    same(await page.locator(".open-deals input:checked").count(), 0, "ticks after Clear");
    await page.locator("#payee").selectOption(before.get("payee"));
    await page.locator("#period").selectOption(before.get("period"));
    // Until then it is the other payee's statement, and the other's curve.
    await wait(page, (own) => document.querySelector("#payout")?.textContent === own, own);
    await page.waitForSelector("tr.line");
  });

  await check("the curve is tested by click, by keys and by a number", async () => {
    const said = () => text(page, ".curve-card output");
    const start = await said();
    const box = await page.locator(".curve svg").boundingBox();
    await page.mouse.click(box.x + box.width * 0.7, box.y + 60);
    const clicked = await said();
    must(clicked !== start, "a click changes nothing");
    await page.locator(".tester input[type=range]").focus();
    await page.keyboard.press("PageUp");
    const keyed = await said();
    must(keyed !== clicked, "Page Up changes nothing");
    await page.keyboard.press("ArrowLeft");
    must((await said()) !== keyed, "an arrow changes nothing");
    await page.keyboard.press("Home");
    must((await page.locator(".tester input[type=range]").inputValue()) === "0", "Home is not the start");
    await page.locator(".exact input").fill("50");
    must(/50/.test(await said()), "the number field changes nothing");
    await page.getByText("Show as table").click();
    must((await page.locator(".as-table tbody tr").count()) >= 2, "no table");
    await page.getByRole("button", { name: "Back to mine" }).click();
    same(await said(), start, "back to mine");
  });

  await check("payee and period stand in the address, and Back works", async () => {
    const before = page.url();
    const payees = await page.locator("#payee option").evaluateAll((all) => all.map((o) => o.value));
    await page
      .locator("#payee")
      .selectOption(payees.find((id) => !before.includes(`payee=${encodeURIComponent(id)}`)));
    await wait(page, (old) => location.href !== old, before);
    const heading = await text(page, "h1");
    await page.goBack();
    await wait(
      page,
      (old) => document.querySelector("h1").textContent.replace(/[\u2066-\u2069]/g, "") !== old,
      heading,
    );
    same(page.url(), before, "address after Back");
  });

  await check("the search finds a deal; / and ? work, and can be left", async () => {
    const deal = await text(page, "tr.line:has(.day:not(:empty)) th bdi");
    await page.keyboard.press("/");
    await page.keyboard.type(deal);
    await wait(
      page,
      () =>
        document.querySelectorAll("tr.line").length < 3 || document.querySelectorAll("tr.group").length > 0,
    );
    for (const name of await page.locator("tr.line th bdi").allInnerTexts())
      must(name.includes(deal), `found ${name}`);
    await page.keyboard.press("Escape");
    same(await page.locator("#find").inputValue(), "", "search");
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog[open]", { state: "detached" }).catch(() => {});
    same(await page.locator("dialog[open]").count(), 0, "open dialogs");
  });

  await check("the digests are shown short and copied in full", async () => {
    const short = await page.locator(".digests code").allInnerTexts();
    same(short.length, 6, "digests");
    for (const one of short) must(/^[0-9a-f]{12}$/.test(one), `not twelve hex digits: ${one}`);
    await page.getByRole("button", { name: "Copy all digests" }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    for (const one of short)
      must(new RegExp(`${one}[0-9a-f]{52}`).test(copied), `not copied in full: ${one}`);
  });

  await check("the digests say that they are of all periods, and are the same in another one", async () => {
    must(/of all pay periods/.test(await text(page, ".foot section")), "not said of which periods");
    const all = () => page.locator(".digests code").evaluateAll((all) => all.map((one) => one.title).join());
    const before = await all();
    const payout = await text(page, "#payout");
    await page.getByRole("button", { name: "Earlier period" }).click();
    await wait(page, (old) => document.querySelector("#payout")?.textContent !== old, payout);
    same(await all(), before, "in another period");
    await page.getByRole("button", { name: "Later period" }).click();
    await wait(page, (old) => document.querySelector("#payout")?.textContent.includes(old), payout);
  });

  await check("the worker has no way out", async () => {
    const worker = page.workers()[0];
    must(worker, "no worker");
    const left = await worker.evaluate(() =>
      [
        "fetch",
        "XMLHttpRequest",
        "WebSocket",
        "EventSource",
        "WebTransport",
        "importScripts",
        "indexedDB",
        "caches",
      ].filter((name) => globalThis[name] !== undefined),
    );
    same(left.join(), "", "still in the worker");
  });
}

/** After all else, for they turn the page around. */
export async function looks(page) {
  await check("paper: every line with its steps, nothing to press, sections in their order", async () => {
    // A point of the curve that is only tested is not for paper.
    await page.locator(".exact input").fill("33");
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => scrollTo(0, 0));
    same(await page.locator("tr.detail").first().isVisible(), true, "steps on paper");
    for (const hidden of [".top", ".banner", ".whatif", ".tester", ".tested", ".curve-card output"])
      same(await page.locator(hidden).first().isVisible(), false, `${hidden} on paper`);
    const line = page.locator(".source a").first();
    same(await line.evaluate((one) => getComputedStyle(one).textDecorationLine), "none", "lines under links");
    const order = [
      ".company",
      "h1",
      ".screen-head .in-force",
      "#payout",
      ".curve-card .print-only",
      "table.lines",
      ".payout-row",
      ".quota-made .sum",
      ".digests",
    ];
    let above = -1;
    for (const part of order) {
      const box = await page.locator(part).first().boundingBox();
      must(box && box.height > 0, `${part} is not on paper`);
      must(box.y > above, `${part} stands too high`);
      above = box.y;
    }
    const version = await text(page, ".screen-head .in-force");
    must(/version of .*\d{4}.*\.rhai/.test(version), `no version of the plan: ${version}`);
    const made = await text(page, ".quota-made");
    must(
      /as the quota file says|as the plan says|by the plan's formula/.test(made),
      `no derivation: ${made}`,
    );
    for (const format of ["A4", "Letter"])
      must((await page.pdf({ format, tagged: true })).length > 10_000, `no PDF on ${format}`);
    const foot = await page.evaluate(() => document.documentElement.style.getPropertyValue("--paper-foot"));
    const [, , plan, data] = await page.locator(".digests code").allInnerTexts();
    must(foot.includes(plan) && foot.includes(data), `the foot of a sheet does not name them: ${foot}`);
    await page.emulateMedia({ media: "screen" });
  });

  await check("Arabic: the switch turns the page around, and the digits can be chosen", async () => {
    await page.locator("#language").click();
    await wait(page, () => document.documentElement.dir === "rtl" && document.documentElement.lang === "ar");
    must(/عمولتك/.test(await text(page, ".hero h2")), "not in Arabic");
    await page.locator(".top .digits").click();
    await wait(page, () => /[٠-٩]/.test(document.querySelector("#payout").textContent));
    await page.locator("#language").click();
    await wait(page, () => document.documentElement.dir === "ltr");
  });

  await check("dark: the theme button changes the page, and the choice is kept", async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.locator("#theme").click();
    must((await background()) !== light, "the same background");
    await page.reload();
    await page.waitForSelector("#payout");
    must((await background()) !== light, "forgotten after a reload");
  });
}
