// The engine's line of English about an amount, in Arabic.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lang, loadArabic } from "../src/i18n.ts";
import { told } from "../src/reason.ts";

const bare = (text: string) => told(text)?.replace(/[\u2066-\u2069]/g, "") ?? null;

beforeAll(async () => {
  await loadArabic();
  lang.value = "ar";
});
afterAll(() => {
  lang.value = "en";
});

describe("why an amount is what it is", () => {
  it("is said in the reader's language with all its figures", () => {
    expect(bare("60,000.00 × 5 %, from 0 % to 60 % of quota; 20,000.00 × 13 %, from 100 % of quota up")).toBe(
      "60,000 × 5%، الشريحة من 0% إلى 60% + 20,000 × 13%، الشريحة من 100%",
    );
    expect(bare("1,500.50 × 12.5 %, at 108.17 % of quota")).toBe("1,500.5 × 12.5%، عند 108.17%");
    expect(bare("3 × 250.00, from 1 to 5")).toBe("3 × 250، الشريحة من 1 إلى 5");
    expect(bare("500.00")).toBe("500");
    expect(bare("-20 % of 500.00 taken back")).toBe("-20%، 500، مستردّ");
  });

  it("names an objective as the plan does, and what of a pool reaches nobody", () => {
    expect(bare("Net retention: 1,000.00 × 40 %, scored 80 %")).toBe("Net retention: 1,000 × 40%، بدرجة 80%");
    expect(bare("won: 500.00 × 50 %")).toBe("won: 500 × 50%");
    expect(bare("20 % of a pool of 42.00 (4,000 × 1 %), of which 5.00 reach nobody")).toBe(
      "20%، 42، حصة من مجمّع (4,000 × 1 %)، منها 5 لا يصل إلى أحد",
    );
  });

  it("keeps what stands in brackets, which is in the script's own words", () => {
    expect(bare("the gate is shut (attained 48 %; won 2); times 1.2")).toBe(
      "لم يتحقق الشرط (attained 48 %; won 2) + 1.2، مضاعِف",
    );
  });

  it.each([
    "earned for this line before",
    "pays nothing",
    "up to the floor of 500.00",
    "over the cap of 2,000.00",
    "the budget is used up",
    "20 % of a pool of 10,000.00",
    "50 % of 500.00 given back",
    "on money that will not come",
    "forfeited at leaving",
    "rounding of the parts",
    "20 % of a pool of 10,000.00, of which 5.00 reach nobody",
    "up to the guarantee of 3,000.00, from 1,200.00",
  ])("is said without a word of English: %s", (text) => {
    expect(bare(text)).not.toBe(null);
    expect(bare(text)).not.toMatch(/[a-z]/i);
  });

  it("stays in the engine's words where they are of another form", () => {
    expect(bare("500.00; something new")).toBe(null);
    expect(bare("-500.00 out of nowhere, of which 5.00 reach nobody")).toBe(null);
  });
});
