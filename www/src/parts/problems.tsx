// The problems of all scripts: code, number, what is wrong and why, what to do, and the way there.
import { here, textOf, write } from "../drafts.ts";
import { replacement } from "../editor/fix.ts";
import { digitsOf } from "../i18n.ts";
import { checked, problems } from "../plans.ts";
import { go, route } from "../route.ts";
import type { Finding, Place } from "../types.ts";
import { p } from "../words/plan.ts";
import { goTo } from "./editor-box.tsx";
import { English } from "./english.tsx";
import { joined, Said } from "./said.tsx";

/** Shows a place of a script in the editor, from whatever screen. */
export function showPlace({ file, line, column }: Place): void {
  if (route.peek().screen !== "plan" || route.peek().more.file !== file)
    go({ screen: "plan", more: { file, line: String(line) } });
  goTo(file, line, column);
}

let at = -1;
/** The next problem with a place in a script, or the one before; round and round. */
export function step(by: number): void {
  const all = problems.peek().filter((one) => one.place?.file.endsWith(".rhai"));
  if (all.length === 0) return;
  at = (at + by + all.length) % all.length;
  const place = all[at]?.place;
  if (place) showPlace(place);
}

/** Byte places of lines: what stands from a place to its end, on one line. */
function sliceOf({ file, line, column, end_line, end_column }: Place): string {
  if (line !== end_line) return "";
  return (textOf(file)?.split("\n")[line - 1] ?? "").slice(column - 1, end_column - 1);
}

function mend(finding: Finding, right: string): void {
  const place = finding.place;
  if (!place) return;
  const lines = (textOf(place.file) ?? "").split("\n");
  const line = lines[place.line - 1] ?? "";
  lines[place.line - 1] = line.slice(0, place.column - 1) + right + line.slice(place.end_column - 1);
  write(place.file, lines.join("\n"));
  showPlace(place);
}

function Problem({ finding }: { finding: Finding }) {
  const { place } = finding;
  const inScript = place?.file.endsWith(".rhai") ? place : null;
  const right = inScript ? replacement(finding, sliceOf(inScript)) : null;
  return (
    <li class={`problem ${finding.severity}`}>
      <p class="problem-head">
        <strong class="kind">{p(finding.severity === "error" ? "problem_error" : "problem_warning")}</strong>
        <code>{[finding.number, finding.code].filter(Boolean).join(" ")}</code>
        {place && (
          <button
            type="button"
            class="link path"
            disabled={!inScript}
            onClick={() => inScript && showPlace(inScript)}
          >
            {p("problem_place", {
              file: place.file,
              line: digitsOf(place.line),
              col: digitsOf(place.column),
            })}
          </button>
        )}
      </p>
      <p>
        <Said finding={finding} text={joined(finding.message, finding.label)} />
      </p>
      {finding.why && (
        <p class="small">
          <span class="muted">{p("problem_why")}</span> <English text={finding.why} />
        </p>
      )}
      {finding.help && (
        <p class="small">
          <span class="muted">{p("problem_help")}</span> <English text={finding.help} />
        </p>
      )}
      {finding.notes.map((note) => (
        <p class="small muted" key={note}>
          <English text={note} />
        </p>
      ))}
      {right !== null && (
        <button type="button" class="quiet mend" onClick={() => mend(finding, right)}>
          {p("replace", { text: right })}
        </button>
      )}
    </li>
  );
}

export function Problems() {
  const all = problems.value;
  return (
    <section class="card problems" aria-labelledby="problems-title">
      <h2 id="problems-title">
        {p("problems")} {all.length > 0 && <span class="muted">{String(all.length)}</span>}
      </h2>
      {checked.value !== null && all.length === 0 ? (
        <p class="muted">{p("problems_none")}</p>
      ) : checked.value === null ? (
        <p class="muted">{p(here.value ? "status_checking" : "problems_waiting")}</p>
      ) : (
        <ul class="problem-list">
          {all.map((finding) => (
            <Problem key={JSON.stringify([finding.code, finding.message, finding.place])} finding={finding} />
          ))}
        </ul>
      )}
    </section>
  );
}
