// Where in a script a place is: in the braces of which declaration, behind which name, in a text. From the text
// alone, so that it holds while the script is half written.

export type Context =
  /** Behind `name.`; `call` where the name is called: `team(x).` */
  | { at: "member"; of: string; call: boolean }
  /** Behind `name::` */
  | { at: "module"; of: string }
  /** Behind a figure and a point. */
  | { at: "unit" }
  /** Where a setting's name may stand: the declaration or method, the settings it is nested in, those that are there. */
  | { at: "key"; of: string; within: string[]; taken: string[] }
  /** In a text: what it is compared with or given for, and the call it stands in. */
  | { at: "text"; of: string }
  | { at: "comment" }
  | { at: "name" };

interface Open {
  kind: "(" | "[" | "{" | "#{";
  /** Where it opens. */
  from: number;
  /** Names of settings that stand in it so far. */
  keys: string[];
}

/** What stands open at `pos`, and whether that is in a text or a comment. */
function scan(text: string, pos: number): { stack: Open[]; inside: "text" | "comment" | ""; from: number } {
  const stack: Open[] = [];
  let i = 0;
  while (i < pos) {
    const c = text.charAt(i);
    if (c === "/" && text.charAt(i + 1) === "/") {
      const end = text.indexOf("\n", i);
      if (end < 0 || end >= pos) return { stack, inside: "comment", from: i };
      i = end;
    } else if (c === "/" && text.charAt(i + 1) === "*") {
      const end = text.indexOf("*/", i + 2);
      if (end < 0 || end + 2 > pos) return { stack, inside: "comment", from: i };
      i = end + 2;
    } else if (c === '"' || c === "`") {
      let end = i + 1;
      while (end < text.length && text.charAt(end) !== c)
        end += text.charAt(end) === "\\" && c === '"' ? 2 : 1;
      if (end >= pos) return { stack, inside: "text", from: i };
      i = end + 1;
    } else if (c === "#" && text.charAt(i + 1) === "{") {
      stack.push({ kind: "#{", from: i, keys: [] });
      i += 2;
    } else if (c === "(" || c === "[" || c === "{") {
      stack.push({ kind: c, from: i, keys: [] });
      i += 1;
    } else if (c === ")" || c === "]" || c === "}") {
      stack.pop();
      i += 1;
    } else {
      const word = /^[A-Za-z_]\w*/.exec(text.slice(i, i + 64))?.[0];
      if (word) {
        const open = stack.at(-1);
        if (open?.kind === "#{" && /^\s*:(?!:)/.test(text.slice(i + word.length, i + word.length + 8)))
          open.keys.push(word);
        i += word.length;
      } else i += 1;
    }
  }
  return { stack, inside: "", from: pos };
}

/** The name of the call that opens at `paren`: `commission`, `t.deal` as `.deal`. */
const callee = (text: string, paren: number): string =>
  /(\.?)([A-Za-z_]\w*)\s*$/
    .exec(text.slice(Math.max(0, paren - 80), paren))
    ?.slice(1)
    .join("") ?? "";

export function contextAt(text: string, pos: number): Context {
  const { stack, inside, from } = scan(text, pos);
  if (inside === "comment") return { at: "comment" };
  if (inside === "text") {
    const before = text.slice(Math.max(0, from - 120), from);
    const compared =
      /([A-Za-z_]\w*\.\w+)\s*(?:==|!=)\s*$/.exec(before) ??
      /([A-Za-z_]\w*\.\w+)\s*!?in\s*\[[^\]]*$/.exec(before);
    const key = /([A-Za-z_]\w*)\s*:\s*$/.exec(before);
    const open = stack.at(-1);
    const call = open?.kind === "(" ? callee(text, open.from) : "";
    return { at: "text", of: compared?.[1] ?? (key ? `${key[1]}:` : call) };
  }
  const word = /[A-Za-z_]\w*$/.exec(text.slice(Math.max(0, pos - 64), pos))?.[0] ?? "";
  const before = text.slice(Math.max(0, pos - word.length - 160), pos - word.length);
  if (/(^|[^\w.])\d[\d_]*(\.\d+)?\.$/.test(before)) return { at: "unit" };
  const module = /([A-Za-z_]\w*)::$/.exec(before);
  if (module) return { at: "module", of: module[1] ?? "" };
  const member = /([A-Za-z_]\w*)(\([^()]*\))?\.$/.exec(before);
  if (member) return { at: "member", of: member[1] ?? "", call: member[2] !== undefined };
  const open = stack.at(-1);
  if (open?.kind === "#{" && /[{,]\s*(\/\/[^\n]*\n\s*)*$/.test(before)) {
    const within: string[] = [];
    // From the braces outwards to the call that they are given to.
    for (let depth = stack.length - 1; depth >= 0; depth -= 1) {
      const at = stack[depth];
      if (!at) break;
      if (at.kind === "(") return { at: "key", of: callee(text, at.from), within, taken: open.keys };
      const name = /([A-Za-z_]\w*)\s*:\s*(\[[^\]]*)?$/.exec(
        text.slice(Math.max(0, at.from - 80), at.from),
      )?.[1];
      if (at.kind === "#{" && name) within.unshift(name);
    }
  }
  return { at: "name" };
}
