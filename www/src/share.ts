// A plan as a link: its script with what it imports, packed into the fragment of the address, which no server sees.
// `1.` and base64url of deflated JSON; the digit is the form, so that a later one can be told apart.
import { imports, withoutTests } from "./script.ts";
import type { Draft } from "./types.ts";

/** Longer links do not survive mail and chat. */
export const LONGEST = 8_000;
/** Characters that a link may unfold to. */
const MOST = 1_000_000;

const folderOf = (path: string): string => path.replace(/[^/]*$/, "");
/** A path below the folder of the scripts, no part of which begins with a point. */
const NAME = /^(?:[\p{L}\p{N}_ -][\p{L}\p{N}_. -]*\/)*[\p{L}\p{N}_ -][\p{L}\p{N}_. -]*\.rhai$/u;

/** A script and all that it imports, directly or not; first the script itself. Their paths are those from its folder. */
export function whole(file: string, all: Draft[]): Draft[] {
  const found = new Map<string, Draft>();
  const top = folderOf(file);
  const take = (path: string) => {
    const one = all.find((draft) => draft.file === path);
    if (!one || found.has(path)) return;
    found.set(path, { file: path.startsWith(top) ? path.slice(top.length) : path, text: one.text });
    for (const name of imports(one.text)) take(`${folderOf(path)}${name}.rhai`);
  };
  take(file);
  return [...found.values()];
}

async function through(bytes: Uint8Array, stream: GenericTransformStream, most: number): Promise<Uint8Array> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError("too long");
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What stands in the address for scripts. */
export async function pack(scripts: Draft[], tests: boolean): Promise<string> {
  const said = scripts.map(({ file, text }) => [file, tests ? text : withoutTests(text)]);
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  const small = await through(bytes, new CompressionStream("deflate-raw"), Number.POSITIVE_INFINITY);
  let binary = "";
  for (const byte of small) binary += String.fromCharCode(byte);
  return `1.${btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The scripts in an address; nothing where it holds none that could be read. */
export async function unpack(said: string): Promise<Draft[] | null> {
  try {
    const [form, body = ""] = said.split(".", 2);
    if (form !== "1") return null;
    const binary = atob(body.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(binary, (one) => one.charCodeAt(0));
    const large = await through(bytes, new DecompressionStream("deflate-raw"), MOST);
    const list: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(large));
    if (!Array.isArray(list) || list.length === 0) return null;
    return list.map((one) => {
      const [file, text] = one as [unknown, unknown];
      if (typeof file !== "string" || typeof text !== "string" || !NAME.test(file))
        throw new TypeError("no script");
      return { file, text };
    });
  } catch {
    return null;
  }
}
