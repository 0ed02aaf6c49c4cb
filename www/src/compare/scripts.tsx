// The lines of the scripts that are not the same in both versions, with what stands around them.
import { diffLines } from "diff";
import { number, t } from "../i18n.ts";
import type { ChangedScript } from "../types.ts";
import { c } from "../words/compare.ts";

const AROUND = 3;

interface Line {
  kind: "same" | "added" | "removed";
  text: string;
  /** Its number in the version that has it. */
  no: number;
}

/** All lines of both versions in one order. */
export function lines(a: string, b: string): Line[] {
  const found: Line[] = [];
  let [inA, inB] = [1, 1];
  for (const part of diffLines(a, b, { stripTrailingCr: true })) {
    const texts = part.value.replace(/\n$/, "").split("\n");
    for (const text of texts) {
      const kind = part.added ? "added" : part.removed ? "removed" : "same";
      found.push({ kind, text, no: kind === "removed" ? inA : inB });
      if (kind !== "added") inA += 1;
      if (kind !== "removed") inB += 1;
    }
  }
  return found;
}

/** What is shown: each change with the lines around it; a number stands for lines that are left out. */
export function folded(all: Line[]): (Line | number)[] {
  const near = all.map((_, n) =>
    all.slice(Math.max(0, n - AROUND), n + AROUND + 1).some((line) => line.kind !== "same"),
  );
  const shown: (Line | number)[] = [];
  for (const [n, line] of all.entries()) {
    if (near[n]) shown.push(line);
    else if (typeof shown.at(-1) === "number") shown.push((shown.pop() as number) + 1);
    else shown.push(1);
  }
  return shown;
}

const MARK = { same: " ", added: "+", removed: "-" };

function Script({ script }: { script: ChangedScript }) {
  const all = lines(script.a ?? "", script.b ?? "");
  const count = (kind: Line["kind"]) => all.filter((line) => line.kind === kind).length;
  const one = script.a === null ? "compare_script_new" : script.b === null ? "compare_script_gone" : null;
  return (
    <details class="script-diff" open={one === null}>
      <summary>
        <bdi class="path">{script.file}</bdi>{" "}
        <span class="muted">
          {one
            ? c(one)
            : [c("compare_added", { n: count("added") }), c("compare_removed", { n: count("removed") })].join(
                t("list_comma"),
              )}
        </span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
      <pre dir="ltr" lang="en" tabIndex={0}>
        {folded(all).map((line, n) =>
          typeof line === "number" ? (
            // Lines have no other identity than their place
            <span key={n} class="left-out">{`⋯ ${c("compare_left", { n: line })}\n`}</span>
          ) : (
            <code key={n} class={line.kind}>
              <span class="no">{number(String(line.no))}</span>
              <span class="mark">{MARK[line.kind]}</span>
              {line.kind !== "same" && (
                <span class="visually-hidden">
                  {c(line.kind === "added" ? "compare_line_added" : "compare_line_removed")}
                </span>
              )}
              {`${line.text}\n`}
            </code>
          ),
        )}
      </pre>
    </details>
  );
}

export function Scripts({ scripts }: { scripts: ChangedScript[] }) {
  return (
    <section class="card" aria-labelledby="compare-scripts">
      <header class="card-head">
        <h2 id="compare-scripts">{c("compare_scripts")}</h2>
      </header>
      {scripts.map((script) => (
        <Script key={script.file} script={script} />
      ))}
    </section>
  );
}
