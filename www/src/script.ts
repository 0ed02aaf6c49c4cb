// A script as text, without the engine: its imports, its tests with their deals, and its indentation.
// What the words mean is the engine's to say; here only comments, texts and brackets are told apart.

/** The text with all that is no code made harmless, place by place: comments are blanks, texts are `s`. */
export function mask(text: string): string {
  let out = "";
  let at = 0;
  const skip = (end: number, fill: string) => {
    const piece = text.slice(at, end);
    out += fill === " " ? piece.replace(/[^\n]/g, " ") : fill.repeat(piece.length);
    at = end;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text.charAt(at);
    if (two === "//") {
      const end = text.indexOf("\n", at);
      skip(end < 0 ? text.length : end, " ");
    } else if (two === "/*") {
      let depth = 1;
      let end = at + 2;
      while (end < text.length && depth > 0) {
        const pair = text.slice(end, end + 2);
        if (pair === "/*") depth += 1;
        else if (pair === "*/") depth -= 1;
        end += pair === "/*" || pair === "*/" ? 2 : 1;
      }
      skip(end, " ");
    } else if (one === '"' || one === "`") {
      let end = at + 1;
      while (end < text.length && text.charAt(end) !== one)
        end += text.charAt(end) === "\\" && one === '"' ? 2 : 1;
      skip(Math.min(text.length, end + 1), "s");
    } else {
      out += one;
      at += 1;
    }
  }
  return out;
}

const OPEN = "([{";
const CLOSE = ")]}";

/** The place behind the bracket that closes the one at `at`. */
function behind(masked: string, at: number): number {
  let depth = 0;
  for (let n = at; n < masked.length; n += 1) {
    if (OPEN.includes(masked.charAt(n))) depth += 1;
    else if (CLOSE.includes(masked.charAt(n)) && --depth === 0) return n + 1;
  }
  return masked.length;
}

/** What a script imports, as written: `common`. */
export function imports(text: string): string[] {
  const masked = mask(text);
  return [...masked.matchAll(/(?<![\w.])import\s+(s+)/g)].map((found) => {
    const from = found.index + found[0].length - (found[1]?.length ?? 0);
    return text.slice(from + 1, found.index + found[0].length - 1);
  });
}

export interface ScriptTest {
  from: number;
  to: number;
  /** The deals that it works, as written. */
  deals: string[];
}

/** The tests of a script, each with the rest of its last line. */
export function tests(text: string): ScriptTest[] {
  const masked = mask(text);
  const found: ScriptTest[] = [];
  let at = 0;
  while (at < masked.length) {
    const call = /^test\s*\(/.exec(masked.slice(at, at + 80));
    if (call && !/[\w.:]/.test(masked.charAt(at - 1))) {
      const inside = at + call[0].length - 1;
      const end = behind(masked, inside);
      const rest = /^[ \t]*;?[ \t]*\n?/.exec(masked.slice(end))?.[0].length ?? 0;
      const deals = [...masked.slice(inside, end).matchAll(/\.\s*deal\s*\(/g)].map((deal) => {
        const open = inside + deal.index + deal[0].length - 1;
        return text
          .slice(open + 1, behind(masked, open) - 1)
          .replace(/\s+/g, " ")
          .trim();
      });
      found.push({ from: at, to: end + rest, deals });
      at = end + rest;
    } else if (OPEN.includes(masked.charAt(at))) at = behind(masked, at);
    else at += 1;
  }
  return found;
}

/** The script without its tests: what they hold may be somebody's deals. */
export function withoutTests(text: string): string {
  let [rest, at] = ["", 0];
  for (const test of tests(text)) {
    rest += text.slice(at, test.from);
    at = test.to;
  }
  return `${(rest + text.slice(at)).replace(/\n{3,}/g, "\n\n").trimEnd()}\n`;
}

/** A script that came without tests, with those of the one that it replaces; that one itself where it differs by them alone. */
export function keepingTests(text: string, own: string | undefined): string {
  if (own === undefined || tests(text).length > 0) return text;
  if (withoutTests(own) === text) return own;
  const kept = tests(own).map((test) => own.slice(test.from, test.to).trimEnd());
  return [text.trimEnd(), ...kept].join("\n\n").concat("\n");
}

/** The same script with each line four places deeper than the line whose bracket it stands in. Texts and comments over
 *  several lines stay as they are, and so does everything within a line. */
export function format(text: string): string {
  const masked = mask(text);
  const stack: number[] = [];
  const out: string[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const from = at;
    at += line.length + 1;
    const code = masked.slice(from, from + line.length);
    const within = from > 0 && (masked.charAt(from - 1) === "s" || inComment(text, masked, from));
    const first = code.trimStart();
    let depth = stack.at(-1) === undefined ? 0 : (stack.at(-1) ?? 0) + 4;
    if (CLOSE.includes(first.charAt(0)) && first) depth = stack.at(-1) ?? 0;
    else if (/^(\?\?|&&|\|\||[.+*/<>=]|-\s)/.test(first)) depth += 4;
    out.push(within ? line : line.trim() === "" ? "" : " ".repeat(depth) + line.trim());
    for (const one of code) {
      if (OPEN.includes(one)) stack.push(depth);
      else if (CLOSE.includes(one)) stack.pop();
    }
  }
  return `${out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

/** Whether a line begins inside a block comment. */
function inComment(text: string, masked: string, from: number): boolean {
  const end = text.indexOf("*/", from);
  if (end < 0) return false;
  // The closing mark is blank in the mask, and so is all between here and there.
  const between = masked.slice(from, end + 2);
  const start = text.lastIndexOf("/*", from);
  return between.trim() === "" && start >= 0 && masked.slice(start, from).trim() === "" && start < from;
}
