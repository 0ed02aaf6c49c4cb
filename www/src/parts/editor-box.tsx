// The box in which the editor stands: fetches its code, keeps it in step with the script that is chosen, and takes
// the keys that belong to the script as a whole.
import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { current, here, write } from "../drafts.ts";
import { shownText } from "../early.ts";
import type { Editor } from "../editor/editor.ts";
import { language, problems } from "../plans.ts";
import type { Finding } from "../types.ts";
import { meaning } from "../words/codes.ts";
import { p, phrases } from "../words/plan.ts";

const state = signal<"loading" | "ready" | { failed: string }>("loading");

/** Where the editor is to go, once it shows that script; the same place twice is gone to twice. */
export const target = signal<{ file: string; line: number; column: number; turn: number } | null>(null);
let turn = 0;
export function goTo(file: string, line: number, column: number): void {
  turn += 1;
  target.value = { file, line, column, turn };
}

const says = (finding: Finding): string => {
  const number = finding.number ? `${finding.number} ` : "";
  const rest = [finding.label, finding.why, finding.help].filter(Boolean).join("\n");
  return `${number}${finding.message}${rest ? `\n${rest}` : ""}`;
};

export function EditorBox({ file }: { file: string }) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef(signal(file));
  shown.current.value = file;
  useEffect(() => {
    let editor: Editor | null = null;
    let stopped = false;
    const ends: (() => void)[] = [];
    const label = () => ({ label: p("editor", { file: shown.current.value }), phrases: phrases() });
    import("../editor/editor.ts").then(
      ({ openEditor }) => {
        if (stopped || !host.current) return;
        const made = openEditor(
          host.current,
          {
            // What is shown early belongs to no project yet.
            changed: (file, text) => {
              if (here.peek()) write(file, text);
            },
            around: () => {
              const known = language.peek();
              return known && { language: known, scripts: current.peek() };
            },
            says,
            general: (finding) => meaning(finding.code),
            replace: (text) => p("replace", { text }).replace(/[\u2066-\u2069]/g, ""),
          },
          label(),
        );
        editor = made;
        state.value = "ready";
        ends.push(
          effect(() => {
            const text = shownText(shown.current.value);
            // A script that was just removed has none: the next one is shown in a moment.
            if (text !== undefined) made.show(shown.current.value, text);
          }),
          effect(() => {
            void shown.current.value;
            made.findings(problems.value);
          }),
          effect(() => made.word(label())),
          effect(() => made.lock(!here.value)),
          effect(() => {
            const to = target.value;
            if (!to || to.file !== shown.current.value) return;
            target.value = null;
            made.goTo(to.line, to.column);
          }),
        );
      },
      (error: unknown) => {
        state.value = { failed: error instanceof Error ? error.message : String(error) };
      },
    );
    return () => {
      stopped = true;
      for (const end of ends) end();
      editor?.close();
      state.value = "loading";
    };
  }, []);
  const now = state.value;
  return (
    <div class="editor-box">
      {now !== "ready" && (
        <p class="muted" role="status">
          {now === "loading" ? p("editor_loading") : p("editor_failed", { reason: now.failed })}
        </p>
      )}
      {/* Out of sight until there is a text to show in it. */}
      <div ref={host} class={file ? "editor-host" : "editor-host reserved"} dir="ltr" />
    </div>
  );
}
