// The editor: CodeMirror in a shadow root, because its style sheet is then a constructed one, which the page's
// policy allows. It shows what the engine finds and offers what the engine knows; it knows nothing of plans itself.
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, StreamLanguage } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { Finding, Place } from "../types.ts";
import { replacement } from "./fix.ts";
import { rhai } from "./rhai.ts";
import { appearance, tokenTable } from "./theme.ts";
import { type Around, meaning, type Told, wordsAt } from "./words.ts";

const language = StreamLanguage.define({ ...rhai, tokenTable });

export interface Hooks {
  changed(file: string, text: string): void;
  around(): Around | null;
  /** What a finding says, in words of the page; and the name of an action that writes `text` in its place. */
  says(finding: Finding): string;
  /** What such a finding means in general, where the page is not in English; or nothing. */
  general(finding: Finding): string;
  replace(text: string): string;
}
export interface Wording {
  label: string;
  phrases: Record<string, string>;
}

export interface Editor {
  show(file: string, text: string): void;
  findings(all: Finding[]): void;
  goTo(line: number, column: number): void;
  word(wording: Wording): void;
  /** Lets the text be read and not changed, or both. */
  lock(on: boolean): void;
  focus(): void;
  close(): void;
}

/** An offset from a line and a column, both from 1; what lies outside the text is brought inside. */
function offset(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}
const range = (doc: Text, place: Place): { from: number; to: number } => {
  const from = offset(doc, place.line, place.column);
  return { from, to: Math.max(offset(doc, place.end_line, place.end_column), from) };
};

/** The English of the engine, as an element that says so. */
function told({ form, doc }: Told): HTMLElement {
  const box = document.createElement("div");
  box.className = "told";
  box.lang = "en";
  box.dir = "ltr";
  if (form) box.append(Object.assign(document.createElement("code"), { textContent: form }));
  if (doc) box.append(Object.assign(document.createElement("span"), { textContent: doc }));
  return box;
}

/** A sentence in the language of the page, and under it the engine's English. */
function translated(general: string, english: string): HTMLElement {
  const { lang, dir } = document.documentElement;
  const line = (textContent: string, lang: string, dir: string) =>
    Object.assign(document.createElement("div"), { textContent, lang, dir });
  const box = document.createElement("div");
  box.append(line(general, lang, dir), line(english, "en", "ltr"));
  return box;
}

function complete(context: CompletionContext, around: Around | null) {
  if (!around) return null;
  const word = context.matchBefore(/[A-Za-z_]\w*/);
  const before = context.state.sliceDoc(Math.max(0, context.pos - 2), context.pos);
  const open = /[.:{]$|[,{]\s$/.test(before);
  if (!word && !context.explicit && !open) return null;
  const found = wordsAt(context.state.doc.toString(), context.pos, around);
  if (!word && !context.explicit && found.context.at === "name") return null;
  const options = found.words.map((one): Completion => {
    const option: Completion = {
      label: one.name,
      type: one.kind,
      apply: one.write ?? one.name,
      // Settings in the order of the registry, what must be given first among them.
      boost: one.kind === "setting" ? 2 : one.kind === "keyword" ? -1 : 0,
    };
    if (one.kind === "setting") option.detail = one.form;
    if (one.doc || one.form) option.info = () => told(one);
    return option;
  });
  if (options.length === 0) return null;
  return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
}

function hovered(view: EditorView, pos: number, around: Around | null) {
  const word = view.state.wordAt(pos);
  if (!word || !around) return null;
  const found = meaning(view.state.doc.toString(), word.from, word.to, around);
  return found && { pos: word.from, end: word.to, above: true, create: () => ({ dom: told(found) }) };
}

export function openEditor(host: HTMLElement, hooks: Hooks, wording: Wording): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const words = new Compartment();
  const reading = new Compartment();
  let locked = false;
  const worded = ({ label, phrases }: Wording): Extension => [
    EditorView.contentAttributes.of({ "aria-label": label, lang: "en", tabindex: "0" }),
    EditorState.phrases.of(phrases),
  ];
  let said = wording;
  let file = "";
  const extensions = (): Extension => [
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    autocompletion({ override: [(context) => complete(context, hooks.around())], icons: false }),
    hoverTooltip((view, pos) => hovered(view, pos, hooks.around())),
    language,
    appearance,
    words.of(worded(said)),
    reading.of(EditorState.readOnly.of(locked)),
    EditorView.editorAttributes.of({ dir: "ltr" }),
    // Tab is not bound: it leaves the editor. Ctrl+] and Ctrl+[ indent.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) hooks.changed(file, update.state.doc.toString());
    }),
  ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({ extensions: extensions() }),
  });
  // Each file keeps its own history while the screen is open.
  const states = new Map<string, EditorState>();

  function diagnostics(all: Finding[]): Diagnostic[] {
    const doc = view.state.doc;
    return all.flatMap((finding) => {
      if (finding.place?.file !== file) return [];
      const { from, to } = range(doc, finding.place);
      const message = hooks.says(finding);
      const general = hooks.general(finding);
      const found: Diagnostic = { from, to, severity: finding.severity, message };
      if (general) found.renderMessage = () => translated(general, message);
      const wrong = doc.sliceString(from, to);
      const right = replacement(finding, wrong);
      if (right !== null)
        found.actions = [
          {
            name: hooks.replace(right),
            apply: (view, from, to) => view.dispatch({ changes: { from, to, insert: right } }),
          },
        ];
      return [found];
    });
  }

  return {
    show(next, text) {
      if (next !== file) {
        if (file) states.set(file, view.state);
        file = next;
        const kept = states.get(next);
        view.setState(
          kept?.doc.toString() === text ? kept : EditorState.create({ doc: text, extensions: extensions() }),
        );
        view.dispatch({
          effects: [words.reconfigure(worded(said)), reading.reconfigure(EditorState.readOnly.of(locked))],
        });
      } else if (text !== view.state.doc.toString()) {
        // From outside (a file that was opened, changes that were dropped): one step back brings the old text.
        view.dispatch({
          changes: { from: 0, to: view.state.doc.length, insert: text },
          annotations: isolateHistory.of("full"),
        });
      }
    },
    findings(all) {
      view.dispatch(setDiagnostics(view.state, diagnostics(all)));
    },
    goTo(line, column) {
      const at = offset(view.state.doc, line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    word(wording) {
      said = wording;
      view.dispatch({ effects: words.reconfigure(worded(wording)) });
    },
    lock(on) {
      locked = on;
      view.dispatch({ effects: reading.reconfigure(EditorState.readOnly.of(on)) });
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
