// A test made from the payee of a statement: shown to copy, or put at the end of the plan's script as a draft.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { append, loaded, textOf } from "../drafts.ts";
import { t } from "../i18n.ts";
import { go } from "../route.ts";
import { mask } from "../script.ts";
import { engine } from "../state.ts";
import { type Trouble, troubleOf } from "../trouble.ts";
import type { MadeTest } from "../types.ts";
import { meaning } from "../words/codes.ts";
import { p } from "../words/plan.ts";
import { Dialog } from "./dialog.tsx";
import { English } from "./english.tsx";
import { Told } from "./told.tsx";
import "../styles/plan.css";

const open = signal(false);
const made = signal<MadeTest[] | null>(null);
const refused = signal<Trouble>("");

/** Whether it expects anything: without that there is nothing that could fail, and nothing to insert. */
const expects = (test: MadeTest): boolean => /\.\s*expect\w*\s*\(/.test(mask(test.text));

/** Asks for the tests of a payee and a payout period, and shows them. */
export function showMade(payee: string, period: string): void {
  made.value = null;
  refused.value = "";
  open.value = true;
  engine()
    .call("make_test", payee, period)
    .then(
      (found) => {
        made.value = found;
      },
      (error: unknown) => {
        refused.value = troubleOf(error);
      },
    );
}

async function insert({ file, text }: MadeTest): Promise<void> {
  await loaded();
  append(file, `\n${text}`);
  const lines = (textOf(file) ?? "").split("\n").length;
  open.value = false;
  go({ screen: "plan", more: { file, line: String(lines - text.split("\n").length + 1) } });
}

function Made({ test }: { test: MadeTest }) {
  const against = test.holds ? undefined : test.findings[0];
  const [said, setSaid] = useState<"" | "make_copied" | "make_copy_failed">("");
  return (
    <section class="made-test">
      <h3>
        <bdi>{test.plan}</bdi>
      </h3>
      <p class="small">
        {test.holds
          ? p("make_holds")
          : p("make_against", {
              reason: against ? meaning(against.code) || against.message : p("made_nothing"),
            })}
        {against && meaning(against.code) && <English text={against.message} />}
        {test.left_out.length > 0 &&
          ` ${p("make_left", { components: test.left_out.join(t("list_comma")) })}`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
      <pre class="script" dir="ltr" lang="en" tabIndex={0}>
        {test.text}
      </pre>
      <p class="buttons">
        <button type="button" class="action" onClick={() => void insert(test)}>
          {p("make_insert", { file: test.file })}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() =>
            navigator.clipboard.writeText(test.text).then(
              () => setSaid("make_copied"),
              () => setSaid("make_copy_failed"),
            )
          }
        >
          {p("make_copy")}
        </button>
        <span role="status">{said && p(said)}</span>
      </p>
    </section>
  );
}

export function MadeTests() {
  const all = made.value;
  return (
    <Dialog open={open} title={p("make_title")}>
      <p class="muted">{p("make_lead")}</p>
      {refused.value && (
        <p class="wrong" role="status">
          {p("make_failed")} <Told trouble={refused.value} />
        </p>
      )}
      {!all && !refused.value && <p role="status">{p("result_waiting")}</p>}
      {all?.length === 0 && <p>{p("make_none")}</p>}
      {all?.map((test) =>
        expects(test) ? (
          <Made key={`${test.plan} ${test.file}`} test={test} />
        ) : (
          <section key={`${test.plan} ${test.file}`} class="made-test">
            <h3>
              <bdi>{test.plan}</bdi>
            </h3>
            <p class="small">
              {test.left_out.length > 0
                ? p("make_left_all", { components: test.left_out.join(t("list_comma")) })
                : p("make_none")}
            </p>
          </section>
        ),
      )}
    </Dialog>
  );
}
