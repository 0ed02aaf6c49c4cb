// What is seldom there, and must be said when it is: a payee on no plan, an address of nobody, rates out of reach, a plan
// that reads no deals, pay that is held; where the focus goes when what had it leaves; two windows; small and forced looks.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { site } from "./browser.mjs";
import { axe, check, must, openWrongDay, same, text, wait, wide } from "./checks.mjs";
import { openFiles, project } from "./projects.mjs";

const at = (payee, period) => `#/pay?payee=${payee}&period=${period}`;

/** Shows the statement of a payee by its address. */
async function look(page, payee, period) {
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    at(payee, period),
  );
  await wait(page, (id) => document.querySelector("#payee").value === id, payee);
  await page.waitForSelector("#payout");
  await wait(
    page,
    () =>
      document.querySelector("#payee option:checked").textContent ===
      document.querySelector("h1 bdi").textContent,
  );
}

/** What has the focus, in short; where it has fallen to the body, "BODY". */
async function focus(page) {
  await page.waitForTimeout(50);
  return page.evaluate(() => {
    const has = document.activeElement;
    return has.id ? `#${has.id}` : `${has.tagName} ${has.className}`.trim();
  });
}

/** Figures that are cut off by what they stand in, or by the window. */
export const cut = (page) =>
  page.evaluate(() => {
    const found = [];
    const figures = document.querySelectorAll(
      "main .amount, main dd, main .number, main .adds, main .tiers td, main .pays, main .cost",
    );
    for (const one of figures) {
      if (
        !one.checkVisibility({ visibilityProperty: true }) ||
        one.closest(".visually-hidden, .balances thead")
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(one);
      const box = range.getBoundingClientRect();
      if (box.width === 0) continue;
      let [left, right] = [0, innerWidth];
      for (let up = one; up && up !== document.body; up = up.parentElement) {
        const style = getComputedStyle(up);
        const edge = up.getBoundingClientRect();
        if (up === one || style.overflowX !== "visible" || up.matches(".card, .compare-cards > div")) {
          left = Math.max(left, edge.left);
          right = Math.min(right, edge.right);
        }
      }
      if (box.left < left - 1 || box.right > right + 1)
        found.push(`${one.textContent} (${one.className || one.tagName})`);
    }
    return found;
  });

async function said(visit) {
  const { page, context, troubles } = await visit({
    hash: at("bronwen.sayle", "2026-03"),
    first: "#on-no-plan",
  });

  await check("edges: who is on no plan is told so, with the way to a statement", async () => {
    const told = await text(page, "#on-no-plan");
    must(/Bronwen Sayle is on no plan in March 2026/.test(told), told);
    must(!/Loading/.test(await text(page, "main")), "it still says that it loads");
    await page.getByRole("button", { name: /Go to .*September 2026/ }).click();
    await page.waitForSelector("#payout");
    same(await focus(page), "#period", "focus");
    same(await page.locator("#on-no-plan").count(), 0, "the sentence");
  });

  await check("edges: an address of nobody is told, until something else is looked at", async () => {
    const here = new URL(page.url()).origin;
    await page.goto("about:blank");
    await page.goto(`${here}/${at("nobody", "2031-01")}`);
    await page.waitForSelector("#payout");
    const told = await text(page, ".notice");
    must(/no payee nobody/.test(told) && /no pay period 2031-01/.test(told), told);
    await page.locator("#payee").selectOption("mara.lindholm");
    await page.waitForSelector(".notice", { state: "detached" });
  });

  await check("edges: a month says when what the quarter pays is worked", async () => {
    await look(page, "mara.lindholm", "2026-11");
    const says = (told) => {
      const hero = document.querySelector(".hero").textContent.replace(/[\u2066-\u2069]/g, "");
      return told === null ? !/is worked on/.test(hero) : hero.includes(told);
    };
    await wait(page, says, "Quarter bonus is worked on Dec 31, 2026");
    await look(page, "mara.lindholm", "2026-12");
    await wait(page, says, null);
  });

  await check("edges: below the first rate nobody is on it", async () => {
    await look(page, "mara.lindholm", "2026-12");
    await page.locator(".gauge-card .choice select").selectOption({ label: "Quarter bonus" });
    await wait(page, () => /90/.test(document.querySelector(".tiers").textContent));
    same(await page.locator(".tiers .now").count(), 0, "rates that are reached");
    must(!/you are here/.test(await text(page, ".tiers")), "you are here");
  });

  await check(
    "edges: a plan that reads no deal of the payee's own asks for none, and makes no empty test",
    async () => {
      await look(page, "corwin.ashdale", "2026-12");
      await wait(page, () => /reads no deal/.test(document.querySelector(".whatif").textContent));
      same(await page.locator(".whatif fieldset").count(), 0, "forms");
      same(await page.locator(".whatif .wrong").count(), 0, "red messages");
      same(await page.locator(".gauge-card").count(), 0, "empty cards");
      await page.locator("#make-test").click();
      await page.waitForSelector("dialog[open] .made-test");
      must(/Team bookings/.test(await text(page, "dialog[open]")), "not said what is left out");
      same(await page.locator("dialog[open] .made-test button").count(), 0, "buttons of an empty test");
      await page.keyboard.press("Escape");
    },
  );

  await check("edges: a manager sees who brought what a part of is paid", async () => {
    await look(page, "corwin.ashdale", "2026-03");
    await page.locator(".statement [aria-expanded]").first().click();
    await page.waitForSelector(".steps .read");
    const read = await page.locator(".steps").first().locator(".read").allTextContents();
    // In thousandths: what a region splits has more places than the currency.
    const figure = (line) => Math.round(Number(line.split("$")[1].replace(/[^\d.]/g, "")) * 1000);
    const [team, ...people] = read;
    must(/^team\(bookings\)/.test(team) && /^mara\.lindholm/.test(people[0]), read.join(", "));
    same(
      people.reduce((sum, line) => sum + figure(line), 0),
      figure(team),
      "what they brought together",
    );
  });

  await check("edges: what-if says held, outside the period, and a day that is missing", async () => {
    await look(page, "noemi.halvard", "2026-03");
    await page.locator('.whatif input[inputmode="decimal"]').first().fill("50000");
    await page.waitForSelector(".whatif .adds");
    const words = await text(page, ".whatif .adds");
    must(/Earned and held: \$5,000\.00/.test(words), words);
    await page.locator(".whatif .more summary").click();
    const day = page.locator('.whatif input[type="date"]').first();
    await day.fill("2026-08-31");
    await wait(page, () => document.querySelector(".whatif .outside"));
    must(/March 2026/.test(await text(page, ".whatif .outside")), "not said which period");
    await day.fill("");
    await wait(page, () => document.querySelector(".whatif .field .wrong"));
    same(await text(page, ".whatif .field .wrong"), "Choose a day", "the field's message");
    must(!/what-if-/.test(await text(page, ".whatif")), "an inner name is shown");
  });

  await check("edges: the exact value says what it does not take", async () => {
    await look(page, "mara.lindholm", "2026-12");
    const input = page.locator(".exact input");
    for (const [typed, wanted] of [
      ["999999", /From .*0.* to /],
      ["abc", /Write a number/],
      ["12,5", /Write a number/],
    ]) {
      await input.fill(typed);
      must(wanted.test(await text(page, ".tester .wrong")), `${typed}: nothing is said`);
      same(await input.getAttribute("aria-invalid"), "true", typed);
    }
    await input.fill("50");
    same(await page.locator(".tester .wrong").count(), 0, "messages about 50");
    await page.getByRole("button", { name: "Back to mine" }).click();
    must((await focus(page)).startsWith("INPUT"), `focus after Back to mine: ${await focus(page)}`);
  });

  await check("edges: the focus stays in the page when what had it leaves", async () => {
    await page.getByRole("button", { name: "Add another deal" }).click();
    await page
      .getByRole("button", { name: /Remove deal/ })
      .last()
      .click();
    must((await focus(page)).includes("#f-"), `after removing a deal: ${await focus(page)}`);
    const later = page.getByRole("button", { name: "Later period" });
    await later.focus();
    await page.keyboard.press("Enter");
    same(await later.getAttribute("aria-disabled"), "true", "at the last period");
    must((await focus(page)).includes("step"), `at the last period: ${await focus(page)}`);
    await page.locator("#open").click();
    await page.locator("#choose-files").setInputFiles({
      name: "deals.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("deal_id,close_date,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-03,250,Bob\n"),
    });
    await page.locator(".notice").getByRole("button", { name: "Close" }).click();
    same(await focus(page), "#main", "after Close");
    await page.getByRole("button", { name: "Back to the sample" }).click();
    await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    same(await focus(page), "#main", "after Back to the sample");
  });

  await check("edges: what is being read is shown while it is", async () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => `B-${n},2026-01-15,1000,P${n % 50}`).join("\n");
    await page.locator("#open").click();
    const seen = page.waitForSelector(".reading");
    await page.locator("#choose-files").setInputFiles({
      name: "big.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`deal_id,close_date,amount,rep\n${rows}\n`),
    });
    must(/Reading .*big\.csv/.test(await (await seen).textContent()), "not said what");
    await page.waitForSelector(".reading", { state: "detached" });
    await page.getByRole("button", { name: "Back to the sample" }).click();
    await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
  });

  await check("edges: forced colours tell what is current by a line", async () => {
    await page.emulateMedia({ forcedColors: "active" });
    const line = (selector) =>
      page
        .locator(selector)
        .first()
        .evaluate((one) => getComputedStyle(one).borderTopWidth);
    same(await line(".tabs [aria-current]"), "3px", "the line of the current tab");
    await page.emulateMedia({ forcedColors: "none" });
  });

  await check("edges: no error and no breach of the policy", async () => {
    same((await troubles()).join("\n"), "", "seen");
  });
  await context.close();
}

async function narrow(visit) {
  for (const width of [320, 360])
    for (const locale of ["en-US", "ar"])
      await check(`edges: no amount is cut at ${width} px, ${locale}`, async () => {
        const { page, context } = await visit({ width, height: 740, locale });
        if (locale === "ar") await page.evaluate(() => localStorage.setItem("earnmark.digits", "arab"));
        await look(page, "noemi.halvard", "2026-03");
        must((await wide(page)) <= 0, `My payout is wider than the window by ${await wide(page)} px`);
        same((await cut(page)).join("\n"), "", "cut on My payout");
        const high = await page
          .locator(".tabs a")
          .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().height)));
        same([...new Set(high)].join(), "56", "heights of the tabs");
        await page.evaluate(() => {
          location.hash = "#/compare";
        });
        await page.waitForSelector("#version-b");
        await page.locator("#version-b").selectOption("example");
        await page.waitForSelector("#compare-cost");
        await page.locator(".compared .opener:not(:disabled)").first().click();
        await page.waitForSelector(".compare-detail");
        must((await wide(page)) <= 0, `Compare is wider than the window by ${await wide(page)} px`);
        same((await cut(page)).join("\n"), "", "cut on Compare");
        const opener = await page.locator(".compared .opener").first().boundingBox();
        must(opener.width >= 24 && opener.height >= 24, `a button of ${opener.width} px`);
        await context.close();
      });
}

/** A name of eighty letters without a blank. */
const endless = (start) => (start + "abcdefghij".repeat(8)).slice(0, 80);

/** A project in which everything is called so. */
const ENDLESS = {
  "earnmark.toml": `format = 1
company = { name = "${endless("Company")}", currency = "USD" }
[columns.deals]
product = { type = "text", values = ["${endless("Product")}", "b"] }
[deals]
file = "${endless("file")}.csv"
columns = { id = "id", closed = "day", amount = "amount", payee = "rep", product = "product", account = "account" }
[pipeline]
file = "open.csv"
columns = { id = "id", expected = "day", amount = "amount", payee = "rep", product = "product", account = "account", stage = "stage", state = { fixed = "open" } }
`,
  [`rules/${endless("script")}.rhai`]: `plan("${endless("Plan")}", #{ currency: "USD", from: "2026-01-01", to: "2026-12-31" });
let ${endless("measure")} = measure("${endless("measure")}", #{ period: "month", which: |deal| deal.product == "${endless("Product")}", quota: 1000 });
commission("${endless("Part")}", #{ on: ${endless("measure")}, rate: marginal([[0.pct, 5.pct], [100.pct, 8.pct]]) });
test("${endless("Test")}", |t| {
    t.deal(#{ id: "${endless("T")}", closed: "2026-02-10", amount: 1_000, product: "${endless("Product")}" });
    t.expect("${endless("Part")}", 51);
});
`,
  [`data/${endless("file")}.csv`]: `id,day,amount,rep,product,account
${endless("D1")},2026-02-15,2500,${endless("Ann")},${endless("Product")},${endless("Account")}
${endless("D2")},2026-02-15,2500,${endless("Ann")},b,${endless("Account")}
`,
  "data/open.csv": `id,day,amount,rep,product,account,stage
${endless("O")},2026-02-25,1000,${endless("Ann")},${endless("Product")},${endless("Account")},${endless("Stage")}
`,
};

async function endlessNames(visit) {
  for (const locale of ["en-US", "ar"])
    await check(`edges: names without end make no screen scroll sideways at 360 px, ${locale}`, async () => {
      const { page, context } = await visit({ width: 360, height: 740, locale });
      await openFiles(page, ENDLESS, 1);
      const fits = async (where) =>
        must((await wide(page)) <= 0, `${where}: ${await wide(page)} px too wide`);
      const go = (screen) =>
        page.evaluate((screen) => {
          location.hash = `#/${screen}`;
        }, screen);
      await page.waitForSelector(".open-deals input");
      await page.locator(".open-deals input").check();
      await page.waitForSelector("tr.line.hypothetical");
      for (const opener of await page.locator(".opener").all()) await opener.click();
      for (const summary of await page.locator("main details:not([open]) > summary").all())
        if (await summary.isVisible()) await summary.click();
      await fits("My payout");
      await page.locator("#make-test").click();
      await page.waitForSelector("dialog[open] .made-test");
      await fits("a test that is made");
      await page.keyboard.press("Escape");
      await go("plan");
      const [file] = Object.keys(ENDLESS).filter((path) => path.endsWith(".rhai"));
      await page.locator("#open-script:not(:disabled)").setInputFiles({
        name: file.replace("rules/", ""),
        mimeType: "text/plain",
        buffer: Buffer.from(ENDLESS[file].replace("8.pct", "9.pct")),
      });
      await page.waitForSelector(".movers");
      await fits("Plan");
      await go("tests");
      await page.waitForSelector(".test.failed");
      await fits("Tests");
      await go("compare");
      await page.locator(".compared .opener:not(:disabled)").first().click();
      await page.waitForSelector(".compare-detail");
      await fits("Compare");
      const inside = await page
        .locator(".scroll")
        .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
      must(Math.max(...inside) <= 0, `a table of Compare scrolls sideways by ${inside.join()} px`);
      await context.close();
    });
}

async function windows(visit) {
  await check("edges: two windows keep what each changed, and say where both changed the same", async () => {
    const one = await visit({ hash: "#/plan", first: "#main h1" });
    const other = await one.context.newPage();
    await other.goto(one.page.url());
    const type = async (page, file, words) => {
      await page.locator(".files a", { hasText: file }).click();
      await page.locator(".cm-content").waitFor();
      await wait(
        page,
        (file) => document.querySelector(".files [aria-current]")?.textContent.includes(file),
        file,
      );
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type(words);
      await page.keyboard.press("Escape");
    };
    for (const page of [one.page, other]) await page.waitForSelector(".result .figure");
    await type(one.page, "manager.rhai", "\n// first");
    await other.waitForSelector(".mark");
    await type(other, "europe.rhai", "\n// second");
    await wait(one.page, () => document.querySelectorAll(".mark").length === 2);
    await other.waitForTimeout(400);
    const kept = () =>
      one.page.evaluate(() =>
        Object.entries(localStorage)
          .filter(([name]) => name.startsWith("earnmark.draft."))
          .map(([, value]) => value)
          .join(),
      );
    must(/\/\/ first/.test(await kept()) && /\/\/ second/.test(await kept()), "one of them is lost");
    await type(other, "manager.rhai", " and third");
    await one.page.waitForSelector("#met");
    must(/manager\.rhai/.test(await text(one.page, "#met")), "not said which");
    const history = await one.page.evaluate(() =>
      Object.entries(localStorage)
        .filter(([name]) => name.startsWith("earnmark.history."))
        .map(([, value]) => value)
        .join(),
    );
    must(/\/\/ first"/.test(history), "what was typed first is not in the history");
    await one.context.close();
  });

  await check("edges: the focus is in what takes the place of a button that was pressed", async () => {
    const { page, context } = await visit();
    const press = async (found) => {
      await found.focus();
      await page.keyboard.press("Enter");
      await page.waitForTimeout(250);
    };
    const show = (hash) =>
      page.evaluate((hash) => {
        location.hash = hash;
      }, hash);
    await show("#/compare");
    await page.waitForSelector(".empty-state button");
    await press(page.locator(".empty-state button"));
    same(await focus(page), "#version-b", "after choosing the example");
    await show("#/plan");
    await page.waitForSelector(".result .figure");
    await dearer(page);
    await press(page.locator("#to-compare"));
    same(await focus(page), "#main", "on the screen of a link");
    await page.locator("#open").click();
    const rows = (id, day, n) =>
      Array.from({ length: n }, (_, at) => `${id}-${at},${day},500,Ann`).join("\n");
    await page.locator("#choose-files").setInputFiles({
      name: "deals.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(
        `deal_id,close_date,amount,rep\n${rows("G", "2026-01-15", 400)}\n${rows("B", "31.02.2026", 15)}\n${rows("C", "2026-01-16", 15).replaceAll(",500,", ",x,")}\n`,
      ),
    });
    await page.waitForSelector(".notice.failed");
    await press(page.getByRole("button", { name: /Show .*10.* more/ }));
    same(await page.locator(".findings tbody tr").count(), 30, "findings");
    must((await focus(page)).startsWith("TR"), `after showing more: ${await focus(page)}`);
    await press(page.locator("#leave-out"));
    await wait(page, () => /Incomplete/.test(document.querySelector(".banner").textContent));
    must((await focus(page)) !== "BODY", "it fell after opening without the rows");
    await context.close();
  });

  await check("edges: dropping, bringing back and leaving out keep the focus", async () => {
    const { page, context } = await visit({ hash: "#/plan", first: "#main h1" });
    await page.waitForSelector(".result .figure");
    await page.locator(".cm-content").click();
    await page.keyboard.type("// ?");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Drop the changes of this script" }).click();
    same(await focus(page), "#bring-back", "after dropping");
    await page.keyboard.press("Enter");
    must((await focus(page)).startsWith("A"), `after bringing back: ${await focus(page)}`);
    await page.getByRole("button", { name: "Drop the changes of this script" }).click();
    await page.getByRole("button", { name: "Leave them out" }).click();
    must((await focus(page)).startsWith("A"), `after leaving out: ${await focus(page)}`);
    await context.close();
  });
}

/** What a finding says in Arabic and in English, each with the direction that it is read in. */
const both = (page, box) =>
  page
    .locator(box)
    .first()
    .evaluate((one) => {
      const [general, own] = [one.querySelector(".meaning, [lang=ar]"), one.querySelector("[lang=en]")];
      const way = (part) => part && getComputedStyle(part).direction;
      return [general?.textContent, way(general), own?.textContent, way(own)];
    });

async function arabic(visit) {
  await check(
    "edges: in Arabic a finding says what is wrong in Arabic, then in the engine's words",
    async () => {
      const { page, context, troubles } = await visit({ locale: "ar" });
      await openWrongDay(page);
      await page.waitForSelector(".notice.failed .meaning");
      const told = async (box, wanted) => {
        const [general, way, own, ownWay] = await both(page, box);
        must(general?.includes(wanted), `not said in Arabic: ${general}`);
        must(/[a-z]/.test(own ?? ""), `the engine's own words are not there: ${own}`);
        same(`${way} ${ownWay}`, "rtl ltr", "directions");
      };
      await told(".notice.failed .findings tbody tr", "ليس تاريخًا");
      const found = await axe(page);
      await page.evaluate(() => {
        location.hash = "#/plan";
      });
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("\nplam(1);");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".problem.error .meaning");
      await told(".problem.error", ".");
      await page.locator(".cm-lint-marker-error").first().hover();
      await page.waitForSelector(".cm-tooltip-lint [lang=ar]");
      await told(".cm-tooltip-lint", ".");
      found.push(...(await axe(page)));
      await page.mouse.move(0, 0);
      await page.evaluate(() => {
        location.hash = "#/tests";
      });
      await page.waitForSelector(".against .meaning");
      await told(".against li", ".");
      found.push(...(await axe(page)));
      same(found.join("\n"), "", "violations");
      same((await troubles()).join("\n"), "", "seen");
      await context.close();
    },
  );
}

/** Opens the sample's plan with another rate in place of its own: one of its tests fails. */
async function dearer(page) {
  const path = fileURLToPath(new URL("../../examples/sample/rules/account-executive.rhai", import.meta.url));
  const text = readFileSync(path, "utf8").replace("12.pct", "13.pct");
  await page.locator("#open-script:not(:disabled)").setInputFiles({
    name: "account-executive.rhai",
    mimeType: "text/plain",
    buffer: Buffer.from(text),
  });
  await page.waitForSelector(".files .mark");
}

async function failing(visit) {
  await check("edges: in Arabic what a failed test is made of is said in Arabic", async () => {
    const { page, context } = await visit({ locale: "ar", hash: "#/plan", first: "#main h1" });
    await dearer(page);
    await page.evaluate(() => {
      location.hash = "#/tests";
    });
    await page.waitForSelector(".test.failed .made-of");
    const told = await text(page, ".made-of tbody td");
    must(/60,000 × 5%، الشريحة من 0% إلى 60%/.test(told), told);
    same(await page.locator(".made-of .english").count(), 0, "reasons in English");
    await context.close();
  });
}

/** In the page, before anything of its own: asks the engine about what is not there. */
function astray() {
  const send = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message.method === "make_test") message.args[0] = "nobody";
    if (message.method === "compare_amounts") message.args[2] = "1999-01";
    send.call(this, message, ...rest);
  };
}

async function refused(visit) {
  await check("edges: in Arabic a refusal says what is wrong in Arabic too", async () => {
    const { page, context } = await visit({ locale: "ar", before: astray });
    await page.locator("#make-test").click();
    await page.waitForSelector("dialog[open] .wrong .meaning");
    const [general, , own] = await both(page, "dialog[open] .wrong");
    must(/غير موجودة/.test(general) && /no payee `nobody`/.test(own), `${general} ${own}`);
    same((await axe(page)).join("\n"), "", "violations");
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      location.hash = "#/compare?b=example";
    });
    await page.waitForSelector(".choose .wrong .meaning");
    must(/1999-01/.test((await both(page, ".choose .wrong"))[2]), "the engine's own words are not there");
    await context.close();
  });
}

/** Has the worker die of an error that nothing catches: once after an answer, once in place of one. */
const deadly = (code) => `${code}
const own = onmessage;
onmessage = (event) => {
  const die = () => setTimeout(() => { throw new Error("dies here"); });
  if (event.data.method === "make_test") return die();
  own(event);
  if (event.data.method === "templates") die();
};`;

async function dying(visit) {
  await check(
    "edges: a worker that dies is replaced, with the data that was open, and it is said",
    async () => {
      const name = readdirSync(new URL("../dist/assets", import.meta.url)).find((one) =>
        /^worker-/.test(one),
      );
      site.change(`assets/${name}`, deadly);
      const { page, context } = await visit();
      await openFiles(
        page,
        project("id,day,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-15,250,Bob\n"),
        2,
      );
      await page.locator("#make-test").click();
      await page.waitForSelector("dialog[open] .wrong");
      must(/started again with the same data/.test(await text(page, "dialog[open] .wrong")), "not said");
      await page.keyboard.press("Escape");
      await page.locator("#payee").selectOption("Bob");
      await wait(page, () => /Bob/.test(document.querySelector("h1").textContent));
      await page.evaluate(() => {
        location.hash = "#/plan";
      });
      await page.locator("#from-template").click();
      await page.waitForSelector("dialog[open] .template-list li");
      await page.keyboard.press("Escape");
      await wait(page, () => /same data/.test(document.querySelector(".notice")?.textContent ?? ""));
      await page.evaluate(() => {
        location.hash = "#/pay?payee=Ann&period=2026-01";
      });
      await wait(page, () => /50\.00/.test(document.querySelector("#payout")?.textContent ?? ""));
      site.change(`assets/${name}`, null);
      await context.close();
    },
  );
}

export async function edges(visit) {
  await said(visit);
  await arabic(visit);
  await failing(visit);
  await refused(visit);
  await dying(visit);
  await narrow(visit);
  await endlessNames(visit);
  await windows(visit);
}
