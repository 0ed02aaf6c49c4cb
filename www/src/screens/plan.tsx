// Plan: the scripts of the project in an editor, what is wrong with them, and what they would pay.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  bringBack,
  changes,
  current,
  drop,
  dropped,
  freshPath,
  here,
  isChanged,
  isNew,
  keeps,
  met,
  textOf,
  write,
} from "../drafts.ts";
import { chosen, shown, shownText } from "../early.ts";
import { save } from "../files.ts";
import { focusOn } from "../focus.ts";
import { t } from "../i18n.ts";
import { Awaited } from "../parts/awaited.tsx";
import { EditorBox, goTo } from "../parts/editor-box.tsx";
import { History, openHistory } from "../parts/history.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { Problems, step } from "../parts/problems.tsx";
import { Result } from "../parts/result.tsx";
import { cameBy, openShare, Share, Shared } from "../parts/share.tsx";
import { openTemplates, Templates } from "../parts/templates.tsx";
import { checked, errors, loadTemplates, problems } from "../plans.ts";
import { go, route, to } from "../route.ts";
import { format } from "../script.ts";
import { absent } from "../state.ts";
import { p } from "../words/plan.ts";
import "../styles/plan.css";

const said = signal("");

const nameOf = (file: string): string => file.replace(/^.*\//, "");

function Files({ file }: { file: string }) {
  return (
    <nav class="files" aria-label={p("scripts")}>
      {shown.value.map((one) => (
        <a
          key={one.file}
          href={to("plan", { file: one.file })}
          aria-current={one.file === file ? "true" : undefined}
          title={one.file}
        >
          <bdi>{nameOf(one.file)}</bdi>
          {here.value && isChanged(one.file) && (
            <span class="mark">{p(isNew(one.file) ? "added" : "changed")}</span>
          )}
        </a>
      ))}
    </nav>
  );
}

function openScript(list: FileList | null): void {
  const chosen = list?.[0];
  if (!chosen) return;
  chosen.text().then(
    (text) => {
      const known = current.peek().find(({ file }) => nameOf(file) === chosen.name);
      const file = known?.file ?? freshPath(chosen.name);
      write(file, text);
      said.value = p("taken", { file: nameOf(file) });
      go({ screen: "plan", more: { file } });
    },
    (error: unknown) => {
      said.value = p("unreadable", {
        file: chosen.name,
        reason: error instanceof Error ? error.message : String(error),
      });
    },
  );
}

function Tools({ file }: { file: string }) {
  const waits = !here.value;
  const why = waits ? p("needs_engine") : undefined;
  return (
    <div class="buttons plan-tools">
      <button
        type="button"
        class="quiet"
        id="from-template"
        disabled={waits}
        title={why}
        onClick={() => {
          loadTemplates();
          openTemplates.value = true;
        }}
      >
        {p("from_template")}
      </button>
      <label class="file quiet" title={why}>
        {p("open_script")}
        <input
          type="file"
          accept=".rhai,text/plain"
          id="open-script"
          disabled={waits}
          onChange={(event) => {
            openScript(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <button
        type="button"
        class="quiet"
        id="save-script"
        disabled={!file}
        onClick={() => save(nameOf(file), shownText(file) ?? "")}
      >
        {p("save")}
      </button>
      <button
        type="button"
        class="quiet"
        id="format-script"
        disabled={waits}
        title={why}
        onClick={() => {
          const text = textOf(file);
          if (text !== undefined) write(file, format(text));
        }}
      >
        {p("format")}
      </button>
      <button
        type="button"
        class="quiet"
        id="share"
        disabled={!file}
        onClick={() => {
          openShare.value = true;
        }}
      >
        {p("share")}
      </button>
      <button
        type="button"
        class="quiet"
        id="history"
        disabled={waits}
        title={why}
        onClick={() => {
          openHistory.value = true;
        }}
      >
        {p("history")}
      </button>
    </div>
  );
}

/** What stands below the script while it can only be read, or is not here yet. */
function Early({ file }: { file: string }) {
  return (
    <div class="status-bar">
      <span role="status" id="plan-status" class="muted">
        {file ? p(absent.value ? "early_only" : "early") : <Awaited />}
      </span>
    </div>
  );
}

/** The link of the script that is open: what was said and pressed about its changes is gone. */
const SCRIPT = ".files [aria-current]";
function dropThem(file?: string): void {
  drop(file);
  focusOn("#bring-back");
}

function Status({ file }: { file: string }) {
  if (!here.value) return <Early file={file} />;
  const all = problems.value;
  const warnings = all.length - errors.value;
  const found =
    checked.value === null
      ? p("status_checking")
      : all.length === 0
        ? p("status_ok")
        : [
            errors.value > 0 ? p("status_errors", { n: errors.value }) : "",
            warnings > 0 ? p("status_warnings", { n: warnings }) : "",
          ]
            .filter(Boolean)
            .join(" · ");
  return (
    <div class="status-bar">
      <span role="status" id="plan-status" class={errors.value > 0 ? "bad" : ""}>
        {found}
      </span>
      {all.some((one) => one.place?.file.endsWith(".rhai")) && (
        <button type="button" class="link" id="next-problem" onClick={() => step(1)}>
          {p("next_problem")}
        </button>
      )}
      <span class="muted">
        {changes.value === 0
          ? p("status_as_opened")
          : `${p("status_changes", { n: changes.value })} · ${p(keeps.value ? "status_kept" : "status_not_kept")}`}
      </span>
      {isChanged(file) && (
        <button type="button" class="link" onClick={() => dropThem(file)}>
          {p(isNew(file) ? "drop_new" : "drop_one")}
        </button>
      )}
      {changes.value > 1 && (
        <button type="button" class="link" onClick={() => dropThem()}>
          {p("drop_all")}
        </button>
      )}
    </div>
  );
}

/** What was just dropped can be brought back; what was just opened is told. */
function Told() {
  return (
    <div role="status" class="told-line">
      {dropped.value !== null && (
        <>
          <span>{p("dropped")}</span>
          <button
            type="button"
            class="link"
            id="bring-back"
            onClick={() => {
              bringBack();
              focusOn(SCRIPT, "#main");
            }}
          >
            {p("bring_back")}
          </button>
          <button
            type="button"
            class="link"
            onClick={() => {
              dropped.value = null;
              focusOn(SCRIPT, "#main");
            }}
          >
            {p("dismiss")}
          </button>
        </>
      )}
      {met.value.length > 0 && (
        <>
          <span id="met">{p("met", { files: met.value.map(nameOf).join(t("list_comma")) })}</span>
          <button
            type="button"
            class="link"
            onClick={() => {
              met.value = [];
              focusOn(SCRIPT, "#main");
            }}
          >
            {t("close")}
          </button>
        </>
      )}
      {said.value && dropped.value === null && <span>{said.value}</span>}
    </div>
  );
}

function useKeys(file: string): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "F8") {
        event.preventDefault();
        step(event.shiftKey ? -1 : 1);
      } else if (command && !event.altKey && event.key.toLowerCase() === "s") {
        event.preventDefault();
        if (file) save(nameOf(file), shownText(file) ?? "");
      } else if (command && event.key === "Enter") {
        event.preventDefault();
        go({ screen: "tests", more: {} });
      }
    };
    // Before the editor hears them.
    addEventListener("keydown", press, true);
    return () => removeEventListener("keydown", press, true);
  }, [file]);
}

/** A line in the address is gone to once; after that the caret is the visitor's. */
function useLine(file: string): void {
  const line = route.value.more.line;
  useEffect(() => {
    if (!line || !file) return;
    goTo(file, Number(line), 1);
    go({ more: { file } }, true);
  }, [file, line]);
}

export function PlanScreen() {
  const file = chosen(route.value.more.file);
  const link = cameBy();
  useKeys(file);
  useLine(file);
  return (
    <>
      <main id="main" class="plan-screen" tabIndex={-1}>
        <div class="screen-head">
          <div>
            <h1>{t("tab_plan")}</h1>
            <p class="muted">{p("plan_lead")}</p>
          </div>
          {!link && <Tools file={file} />}
        </div>
        <NotStarted />
        <Told />
        {link ? (
          <Shared link={link} />
        ) : (
          <div class="workbench">
            <section class="card bench" aria-label={p("scripts")}>
              <Files file={file} />
              <EditorBox file={file} />
              <Status file={file} />
              <p class="muted small hint">{p("leave_hint")}</p>
            </section>
            <Result />
            <Problems />
          </div>
        )}
      </main>
      <Templates />
      <Share file={file} />
      <History />
    </>
  );
}
