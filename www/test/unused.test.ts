// Files that were chosen with a project and that it does not use, in a folder and in an archive.
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unused } from "../src/unused.ts";
import { members, textOf } from "../src/zip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const files = (all: Record<string, string>) =>
  Object.entries(all).map(([path, text]) => ({ path, bytes: bytes(text) }));

/** An archive as packers write it: each file with its head, then the list of all. */
function zip(all: Record<string, string>, pack: boolean): Uint8Array {
  const [bodies, heads]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(all)) {
    const body = pack ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(pack ? 8 : 0, 10);
    head.writeUInt32LE(body.length, 20);
    head.writeUInt16LE(Buffer.byteLength(name), 28);
    head.writeUInt32LE(at, 42);
    bodies.push(local, Buffer.from(name), body);
    heads.push(head, Buffer.from(name));
    at += local.length + Buffer.byteLength(name) + body.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...bodies, ...heads, end]));
}

const SETTINGS = `
[deals]
file = ["deals.csv", "2025/late.csv"]
# file = "old.csv"
[files.rates]
file = 'rates.xlsx'
`;

describe("files that a project does not use", () => {
  it("are those that its settings do not name, and scripts that are no plans of it", async () => {
    const read = files({
      "earnmark.toml": SETTINGS,
      "data/deals.csv": "",
      "data/2025/late.csv": "",
      "data/old.csv": "",
      "data/2024/deals.csv": "",
      "rates.xlsx": "",
      "rules/ae.rhai": "",
      "drafts/ae.rhai": "",
      "copy/earnmark.toml": "",
    });
    expect(await unused([], read, ["rules/ae.rhai"])).toEqual([
      "copy/earnmark.toml",
      "data/2024/deals.csv",
      "data/old.csv",
      "drafts/ae.rhai",
    ]);
  });

  it("are told where they were not read at all, but for papers and what is hidden", async () => {
    const read = files({ "deals.csv": "" });
    expect(await unused(["deals.ods", "README.md", "LICENSE-MIT", ".git/config"], read, [])).toEqual([
      "deals.ods",
    ]);
  });

  it.each([true, false])("are found in an archive and beside it (packed: %s)", async (pack) => {
    const all = { "acme/earnmark.toml": SETTINGS, "acme/data/deals.csv": "a", "acme/data/old.csv": "b" };
    const read = [
      { path: "acme.zip", bytes: zip(all, pack) },
      ...files({ "extra.csv": "", "rates.xlsx": "" }),
    ];
    expect(await unused([], read, [])).toEqual(["data/old.csv", "extra.csv"]);
  });

  it("are none of an archive that a source names", async () => {
    const read = [
      ...files({ "earnmark.toml": 'file = "deals.csv.zip"' }),
      { path: "data/deals.csv.zip", bytes: zip({ "deals.csv": "" }, true) },
    ];
    expect(await unused([], read, [])).toEqual([]);
  });
});

it("reads a file of an archive, and nothing of what is none", async () => {
  const packed = zip({ "a/b.txt": "one", "ü.txt": "two" }, true);
  const all = members(packed);
  expect(all.map(({ name }) => name)).toEqual(["a/b.txt", "ü.txt"]);
  expect(await Promise.all(all.map((one) => textOf(packed, one)))).toEqual(["one", "two"]);
  expect(members(bytes("id,amount\n"))).toEqual([]);
});
