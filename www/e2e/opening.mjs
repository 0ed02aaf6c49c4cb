// Opening one's own data: a chosen file, a dropped one, a whole folder; what is wrong in it is told.
import { rmSync } from "node:fs";
import { axe, check, must, openWrongDay, same, text, wait } from "./checks.mjs";
import { choose, chooseFiles, project } from "./projects.mjs";

export async function opening(page) {
  await check(
    "a file that cannot be read is told with row, column and value, and what was open stays",
    async () => {
      const payout = await text(page, "#payout");
      await page.locator("#open").click();
      await page.locator("#choose-files").setInputFiles({
        name: "deals.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(
          `deal_id,close_date,amount,rep\n${[11, 12, 13, 14, 15].map((day) => `A-${day},2026-01-${day},${day}00,Ann`).join("\n")}\nA-2,31.02.2026,250,Ann\n`,
        ),
      });
      await page.waitForSelector(".notice.failed");
      must(/31\.02\.2026/.test(await text(page, ".notice")), "the value is not named");
      must(/deals\.csv/.test(await text(page, ".notice")), "the file is not named");
      same(await text(page, "#payout"), payout, "payout");
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
      same(await page.locator(".notice").count(), 0, "notice");
    },
  );

  await check(
    "what cannot be read as a table is told why and what to open, and no settings are named",
    async () => {
      const told = async (text, wanted) => {
        await page.locator("#open").click();
        await page.locator("#choose-files").setInputFiles({
          name: "deals.csv",
          mimeType: "text/csv",
          buffer: Buffer.from(text),
        });
        await page.waitForSelector(".notice.failed");
        const said = await page.locator(".notice").textContent();
        must(wanted.test(said), said);
        must(!/earnmark\.toml|in its source/.test(said), `settings are named: ${said}`);
        await page.locator(".notice").getByRole("button", { name: "Close" }).click();
        await page.waitForSelector(".notice", { state: "detached" });
      };
      const rows = [11, 12, 13, 14, 15].map((day) => `A-${day},2026-01-${day},${day}00,Ann`).join("\n");
      const head = `deal_id,close_date,amount,rep\n${rows}\n`;
      await told("", /deals\.csv` is empty.*open an export with one row a deal/);
      await told("id,amount\n1,\0\0\n", /is not text.*open an export/);
      await told(`${head}A-2,02/03/2026,250,Ann\n`, /open without the row/);
      await told(`${head}A-2,2026-02-01,,Ann\n`, /open without the row/);
    },
  );

  await check(
    "a currency that the file does not name is said beside the number, and can be chosen",
    async () => {
      await page.locator("#open").click();
      await page.locator("#choose-files").setInputFiles({
        name: "nameless.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(
          "deal_id,close_date,amount,rep,extra\nA-1,2026-01-15,1000,Ann,q\nA-2,2026-02-03,250,Bob,r\n",
        ),
      });
      await page.waitForSelector(".hero .assumed");
      must(/starter plan.*USD.* is assumed/.test(await text(page, ".assumed")), "not said which");
      same((await axe(page)).join("\n"), "", "violations");
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
      await page.locator("#choose-currency").click();
      await page.locator("#map-currency-code").selectOption("JOD");
      same((await axe(page)).join("\n"), "", "violations in the dialog");
      await page.getByRole("button", { name: "Open with these columns" }).click();
      await wait(page, () => /JOD/.test(document.querySelector("#payout")?.textContent ?? ""));
      same(await page.locator(".assumed").count(), 0, "lines about an assumed currency");
      await page.getByRole("button", { name: "Back to the sample" }).click();
      await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    },
  );

  await check("wrong rows can be left out; banner and statement say that it is incomplete", async () => {
    await openWrongDay(page);
    await page.locator("#leave-out").click();
    await wait(page, () => /Incomplete: .*1.* row/.test(document.querySelector(".banner").textContent));
    await wait(page, () => /Incomplete/.test(document.querySelector(".hero")?.textContent ?? ""));
    await page.getByRole("button", { name: "Back to the sample" }).click();
    await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
  });

  await check("columns that are not recognised are asked for, and remembered for the next file", async () => {
    const file = (rows) => ({
      name: "export.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(`nr,when,list,net,who,helper\n${rows}`),
    });
    await page.locator("#open").click();
    await page
      .locator("#choose-files")
      .setInputFiles(file("1,2026-01-15,1200,1000,Ann,Zed\n2,2026-01-20,500,400,Bob,Zed\n"));
    await page.waitForSelector(".mapping");
    await page.locator("#map-closed").selectOption("when");
    await page.locator("#map-amount").selectOption("net");
    must(
      await page.getByRole("button", { name: "Open with these columns" }).isDisabled(),
      "it opens without a payee",
    );
    await page.locator("#map-payee").selectOption("who");
    must(/1000/.test(await text(page, ".mapping tr:has(#map-amount)")), "no sample values");
    await page.getByRole("button", { name: "Open with these columns" }).click();
    await wait(page, () => /Your data/.test(document.querySelector(".banner").textContent));
    await wait(page, () => document.querySelectorAll("#payee option").length === 2);
    await page.locator("#open").click();
    await page
      .locator("#choose-files")
      .setInputFiles(
        file("7,2026-02-15,120,100,Cid,Zed\n8,2026-02-16,120,100,Dee,Zed\n9,2026-02-16,120,90,Eve,Zed\n"),
      );
    await wait(page, () => document.querySelectorAll("#payee option").length === 3);
    same(await page.locator("dialog[open]").count(), 0, "open dialogs");
    await page.getByRole("button", { name: "Back to the sample" }).click();
    await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
  });

  await check("files are kept only when that is asked for, and forgotten when that is", async () => {
    const choose = async () => {
      await page.locator("#open").click();
      await page.locator("#choose-files").setInputFiles({
        name: "mine.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(
          "deal_id,close_date,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-03,250.50,Bob\n",
        ),
      });
      await wait(page, () => /Your data/.test(document.querySelector(".banner").textContent));
    };
    const again = async () => {
      await page.reload();
      await page.waitForSelector("#payout");
      return /Your data/.test(await text(page, ".banner"));
    };
    await choose();
    must(!(await again()), "kept without being asked");
    await page.locator("#open").click();
    await page.getByLabel("Remember on this device").check();
    await page.keyboard.press("Escape");
    await choose();
    must(await again(), "not kept");
    await page.locator("#open").click();
    await page.getByRole("button", { name: "Forget everything" }).click();
    await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    must(!(await again()), "not forgotten");
  });

  await check(
    "what the browser does not let go is said, and the rest is forgotten all the same",
    async () => {
      await page.evaluate(() => {
        localStorage.setItem("earnmark.theme", "dark");
        indexedDB.constructor.prototype.deleteDatabase = () => {
          throw new DOMException("denied", "SecurityError");
        };
      });
      await page.locator("#open").click();
      await page.getByRole("button", { name: "Forget everything" }).click();
      await wait(page, () => /did not let/.test(document.querySelector(".notice")?.textContent ?? ""));
      must(/forget: .*files.*\. Its own/.test(await text(page, ".notice")), await text(page, ".notice"));
      same(
        await page.evaluate(() => localStorage.getItem("earnmark.theme")),
        null,
        "the theme that was kept",
      );
      await page.reload();
      await page.waitForSelector("#payout");
    },
  );

  await check("cells copied from a spreadsheet are pasted, by keys and by the button", async () => {
    const copy = (text) => page.evaluate((text) => navigator.clipboard.writeText(text), text);
    const back = async () => {
      await page.getByRole("button", { name: "Back to the sample" }).click();
      await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    };
    await copy(" ");
    await page.locator("#open").focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open] #paste");
    must(/spreadsheet.*Ctrl\+V/.test(await text(page, ".drop-area")), "no hint");
    await page.keyboard.press("Control+v");
    await wait(page, () => /no text to paste/.test(document.querySelector(".drop-area").textContent));
    await copy(
      "deal_id\tclose_date\tamount\trep\nA-1\t2026-01-15\t1000\tAnn\nA-2\t2026-02-03\t250.50\tBob\n",
    );
    await page.keyboard.press("Control+v");
    await wait(page, () => /Your data/.test(document.querySelector(".banner").textContent));
    must(/pasted\.tsv/.test(await text(page, ".notice")), "the guess of the columns is not shown");
    same(await page.locator("#payee option").count(), 2, "payees");
    await back();
    await copy(
      "deal_id,close_date,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-03,250.50,Bob\nA-3,2026-02-03,1,Cid\n",
    );
    await page.locator("#open").click();
    await page.locator("#paste").click();
    await wait(page, () => document.querySelectorAll("#payee option").length === 3);
    must(/pasted\.csv/.test(await text(page, ".notice")), "not opened as CSV");
    await back();
  });

  await check("a dropped file opens; the sample is one press away", async () => {
    await page.evaluate(() => {
      const data = new DataTransfer();
      const csv =
        "deal_id,close_date,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-03,250.50,Bob\nA-3,2026-02-20,99,Ann\n";
      data.items.add(new File([csv], "deals.csv", { type: "text/csv" }));
      for (const type of ["dragenter", "dragover", "drop"])
        dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await wait(page, () => document.querySelector(".notice"));
    const told = await page.locator(".notice").count();
    if (await page.getByRole("button", { name: "Back to the sample" }).count()) {
      must(told === 1, "the guess of the columns is not shown");
      await page.getByRole("button", { name: "Back to the sample" }).click();
      await wait(page, () => document.querySelector(".banner").textContent.includes("Sample"));
    } else throw new Error(`it did not open: ${await text(page, ".notice")}`);
  });

  await check(
    "a whole project folder can be chosen; findings name its files from inside the folder",
    async () => {
      const folder = await choose(
        page,
        "id,day,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,31.02.2026,250,Ann\n",
      );
      await page.waitForSelector(".notice.failed");
      const told = await text(page, ".notice");
      must(/31\.02\.2026/.test(told), `the value is not named: ${told}`);
      must(!/project\/data/.test(told), "the path begins outside the folder");
      await page.locator(".notice").getByRole("button", { name: "Close" }).click();
      rmSync(folder, { recursive: true });
    },
  );

  await check("files that a chosen project does not use are named; those that it uses are not", async () => {
    const deals = "id,day,amount,rep\nA-1,2026-01-15,1000,Ann\nA-2,2026-02-15,250,Ann\n";
    const folder = await chooseFiles(page, {
      ...project(deals),
      "data/deals-old.csv": deals,
      "deals.ods": "",
      "README.md": "",
    });
    await page.waitForSelector(".notice .unused");
    const told = await page.locator(".notice .unused li").allTextContents();
    same(told.join(), "data/deals-old.csv,project/deals.ods", "named");
    must(/2 files .* not used/.test(await text(page, ".notice h2")), "not said how many");
    rmSync(folder, { recursive: true });
    const whole = await chooseFiles(page, project(deals));
    await page.waitForSelector(".notice", { state: "detached" });
    await wait(page, () => document.querySelectorAll("#payee option").length === 1);
    rmSync(whole, { recursive: true });
    await page.getByRole("button", { name: "Back to the sample" }).click();
    // The period of other data may be one in which the sample pays this payee nothing.
    await wait(page, () => document.querySelectorAll("#payee option").length > 1);
    await page.waitForSelector("tr.line");
  });
}
