// What there is to mend in what was opened: where, what, the value, what to do. And how a lone file was read.
import { useEffect, useRef, useState } from "preact/hooks";
import { focusOn } from "../focus.ts";
import { digitsOf, t } from "../i18n.ts";
import { openAgain } from "../opening.ts";
import { mappingDialog, notice } from "../state.ts";
import type { Finding, Opened } from "../types.ts";
import "../styles/notice.css";
import { advice } from "../words/codes.ts";
import { o } from "../words/open.ts";
import { English } from "./english.tsx";
import { fieldName } from "./mapping.tsx";
import { joined, Said } from "./said.tsx";

const FIRST = 20;
/** A value of so many characters is read in one piece; a longer one may be broken anywhere. */
const SHORT = 24;

function Where({ finding }: { finding: Finding }) {
  const { cell, place } = finding;
  const file = cell?.file ?? place?.file;
  return (
    <>
      {file && <bdi class="path">{file}</bdi>}
      {cell && (
        <span class="muted">
          {o(cell.column ? "finding_row" : "finding_line", { row: digitsOf(cell.row), column: cell.column })}
        </span>
      )}
      {!cell && place && (
        <span class="muted">
          {o("finding_place", { line: digitsOf(place.line), col: digitsOf(place.column) })}
        </span>
      )}
    </>
  );
}

export function Findings({ list }: { list: Finding[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <>
      <table class="findings">
        <thead>
          <tr>
            <th scope="col">{o("finding_where")}</th>
            <th scope="col">{o("finding_value")}</th>
            <th scope="col">{o("finding_what")}</th>
            <th scope="col">{o("finding_expected")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((finding, n) => (
            // Findings are a fixed list and may repeat
            <tr key={n} class={finding.severity} tabIndex={n === FIRST ? -1 : undefined}>
              <td class="where">
                <Where finding={finding} />
              </td>
              <td>
                {finding.cell && (finding.cell.column || finding.cell.value) && (
                  <code class={finding.cell.value.length <= SHORT ? "short" : ""}>
                    <bdi>{finding.cell.value || o("finding_blank")}</bdi>
                  </code>
                )}
              </td>
              <td>
                <Said finding={finding} text={joined(finding.message, finding.label)} />
              </td>
              <td>
                {advice(finding.code) && <span class="meaning">{advice(finding.code)}</span>}
                {[finding.why, finding.help, ...finding.notes].map(
                  (text) => text && <English key={text} text={text} />,
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && list.length > FIRST && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setAll(true);
            focusOn(".findings tr[tabindex]");
          }}
        >
          {t("findings_more", { n: list.length - FIRST })}
        </button>
      )}
    </>
  );
}

function Guess({ guess }: { guess: NonNullable<Opened["guess"]> }) {
  return (
    <div class="guess">
      <table>
        <thead>
          <tr>
            <th scope="col">{o("guess_field")}</th>
            <th scope="col">{o("guess_column")}</th>
            <th scope="col">{o("guess_samples")}</th>
          </tr>
        </thead>
        <tbody>
          {guess.columns.map((column) => (
            <tr key={column.field}>
              <th scope="row">{fieldName(column.field)}</th>
              <td>
                <bdi>{column.column}</bdi>
              </td>
              <td class="muted">
                <bdi>{column.samples.join(" · ")}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {guess.unused.length > 0 && (
        <p class="muted">{o("guess_unused", { columns: guess.unused.join(", ") })}</p>
      )}
      <button
        type="button"
        class="quiet"
        id="change-columns"
        onClick={() => {
          mappingDialog.value = true;
        }}
      >
        {o("mapping_change")}
      </button>
    </div>
  );
}

const NAMES = 8;

/** Files that were chosen and not used, under `title` where the notice has another one. */
function Unused({ list, title }: { list: string[]; title: string }) {
  const more = list.length - NAMES;
  return (
    <div class="unused">
      {title && <p>{title}</p>}
      <ul>
        {list.slice(0, NAMES).map((path) => (
          <li key={path}>
            <bdi class="path">{path}</bdi>
          </li>
        ))}
        {more > 0 && <li class="muted">{o("unused_more", { n: more })}</li>}
      </ul>
      <p class="muted small">{o("unused_lead")}</p>
    </div>
  );
}

export function Notice() {
  const ref = useRef<HTMLElement>(null);
  const now = notice.value;
  useEffect(() => {
    // Only what somebody just opened takes the focus; a picker keeps it.
    if (now?.about === "data") ref.current?.focus();
  }, [now]);
  if (!now) return null;
  const n = now.findings.length;
  const taken = now.guess ? o("guess", { file: now.guess.file }) : "";
  const left = now.unused ? o("unused", { n: now.unused.length }) : "";
  const title =
    now.text || n === 0
      ? now.text || taken || left || o("open_empty")
      : o(now.kind === "failed" ? "findings_failed" : "findings_read", { n });
  return (
    <section ref={ref} class={`card notice ${now.kind}`} tabIndex={-1} aria-label={title}>
      <header class="card-head">
        <div role="alert">
          <h2>{title}</h2>
          {now.kind === "failed" && now.about === "data" && <p class="muted">{o("findings_shown")}</p>}
        </div>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            notice.value = null;
            focusOn("#main");
          }}
        >
          {t("close")}
        </button>
      </header>
      {now.kind === "failed" && now.left_out > 0 && (
        <div class="leave-out">
          <button type="button" class="quiet" id="leave-out" onClick={() => openAgain({ leave_out: true })}>
            {o("leave_out", { n: now.left_out })}
          </button>
          <p class="muted small">{o("leave_out_lead")}</p>
        </div>
      )}
      {now.unused && <Unused list={now.unused} title={left === title ? "" : left} />}
      {n > 0 && <Findings list={now.findings} />}
      {now.guess && n === 0 && <Guess guess={now.guess} />}
      {now.guess && n > 0 && (
        <details>
          <summary>{taken}</summary>
          <Guess guess={now.guess} />
        </details>
      )}
    </section>
  );
}
