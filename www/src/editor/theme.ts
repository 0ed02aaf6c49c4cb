// How the editor looks. The colours are custom properties of the page, which reach into its shadow root.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { Tag, tags } from "@lezer/highlight";

const declaration = Tag.define();
const known = Tag.define();
const unit = Tag.define();

/** The names that the tokenizer gives, as tags. */
export const tokenTable = {
  keyword: tags.keyword,
  atom: tags.atom,
  declaration,
  function: known,
  unit,
  property: tags.propertyName,
  variable: tags.variableName,
  comment: tags.comment,
  string: tags.string,
  number: tags.number,
  punctuation: tags.punctuation,
};

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.atom], color: "var(--code-keyword)" },
  { tag: declaration, color: "var(--code-function)", fontWeight: "600" },
  { tag: known, color: "var(--code-function)" },
  { tag: [tags.number, unit], color: "var(--code-number)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { blockSize: "100%", color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "0.875rem" },
  // The page draws the ring around the whole box.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "8px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--code-selection)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--code-line)" },
  ".cm-gutters": {
    color: "var(--muted)",
    backgroundColor: "var(--surface)",
    border: "none",
    borderInlineEnd: "1px solid var(--line)",
  },
  ".cm-matchingBracket": { backgroundColor: "var(--soft)", outline: "1px solid var(--control)" },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--control)",
    borderRadius: "6px",
    maxInlineSize: "min(90vw, 560px)",
    fontFamily: "var(--sans)",
    fontSize: "0.875rem",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxBlockSize: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 12px 4px 8px", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "var(--on-accent)",
    backgroundColor: "var(--accent)",
  },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--muted)" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": { padding: "8px 12px" },
  ".told": { padding: "8px 12px", display: "grid", gap: "4px" },
  ".told code": { fontFamily: "var(--mono)", fontSize: "0.8125rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic": {
    padding: "8px 12px",
    whiteSpace: "pre-wrap",
    borderInlineStart: "4px solid transparent",
  },
  ".cm-diagnostic-error": { borderInlineStartColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderInlineStartColor: "var(--hypothetical-line)" },
  ".cm-diagnosticAction": {
    font: "inherit",
    minBlockSize: "28px",
    marginInlineStart: "8px",
    padding: "2px 10px",
    color: "var(--on-accent)",
    backgroundColor: "var(--accent)",
    border: "none",
    borderRadius: "6px",
    cursor: "pointer",
  },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy 2px var(--bad)" },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy 2px var(--hypothetical-line)",
  },
  ".cm-lint-marker": { inlineSize: "0.75em", blockSize: "0.75em", borderRadius: "50%", content: "none" },
  ".cm-lint-marker-error": { content: "none", backgroundColor: "var(--bad)" },
  ".cm-lint-marker-warning": {
    content: "none",
    backgroundColor: "var(--hypothetical-line)",
    borderRadius: "2px",
  },
});

export const appearance: Extension = [look, syntaxHighlighting(colours)];
