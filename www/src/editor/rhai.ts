// Colours for the scripts: a tokenizer of the language's shape. What the words mean is the engine's to say; a test
// holds the words here against those that it knows.
import type { StreamParser } from "@codemirror/language";

export const KEYWORDS = "let const fn import as export if else switch in true false any".split(" ");
export const DECLARATIONS =
  "plan measure commission spiff bonus objectives override pool residual cap draw guarantee clawback test".split(
    " ",
  );
export const FUNCTIONS = (
  "above abs by_days ceil contains date dated days_between ends_with everyone floor grid group interpolated " +
  "lookup marginal max min months_between retroactive round starts_with steps team within years_between"
).split(" ");
/** Words that Rhai has and plans refuse: coloured as what they are, the engine says the rest. */
const REFUSED = "for while loop do until return break continue throw try catch private this global".split(
  " ",
);

const words = new Map<string, string>([
  ...[...KEYWORDS, ...REFUSED].map((word) => [word, "keyword"] as const),
  ...["true", "false", "any"].map((word) => [word, "atom"] as const),
  ...DECLARATIONS.map((word) => [word, "declaration"] as const),
  ...FUNCTIONS.map((word) => [word, "function"] as const),
]);

interface State {
  /** How deep in block comments: they nest. */
  comment: number;
  /** The quote that ends the text, of one that runs over the end of a line. */
  text: string;
}

export const rhai: StreamParser<State> = {
  name: "rhai",
  startState: () => ({ comment: 0, text: "" }),
  token(stream, state) {
    if (state.comment > 0) {
      while (!stream.eol()) {
        if (stream.match("*/")) state.comment -= 1;
        else if (stream.match("/*")) state.comment += 1;
        else stream.next();
        if (state.comment === 0) break;
      }
      return "comment";
    }
    if (state.text) {
      const end = state.text;
      while (!stream.eol()) {
        const c = stream.next();
        if (c === "\\" && end === '"') stream.next();
        else if (c === end) {
          state.text = "";
          break;
        }
      }
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = 1;
      return "comment";
    }
    if (stream.match('"') || stream.match("`")) {
      state.text = stream.current();
      return "string";
    }
    if (stream.match(/^\d[\d_]*(\.\d[\d_]*)?/)) return "number";
    if (stream.match(/^\.(?=[A-Za-z_])/)) return "punctuation";
    const name = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
    if (name) {
      const behind = stream.string.charAt(stream.start - 1);
      if (behind === ".")
        return /\d[\d_]*\.$/.test(stream.string.slice(0, stream.start)) ? "unit" : "property";
      // `rate:` in braces is a setting, whatever else the word means; `common::weight` is a name.
      if (stream.match(/^\s*:(?!:)/, false)) return "property";
      return words.get(name[0]) ?? "variable";
    }
    stream.next();
    return "punctuation";
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
    indentOnInput: /^\s*[\]})]$/,
  },
};
