// A plan as a link: what goes into it is shown before the link is copied; a plan that came by one is shown before it runs.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { here, scriptNamed, takeIn } from "../drafts.ts";
import { shown } from "../early.ts";
import { focusOn } from "../focus.ts";
import { t } from "../i18n.ts";
import { go, route } from "../route.ts";
import { save } from "../save.ts";
import { keepingTests, tests } from "../script.ts";
import { LONGEST, pack, unpack, whole } from "../share.ts";
import type { Draft } from "../types.ts";
import { p } from "../words/plan.ts";
import { Awaited } from "./awaited.tsx";
import { Dialog } from "./dialog.tsx";

export const openShare = signal(false);
const withTests = signal(false);
const link = signal("");
const said = signal<"" | "share_copied" | "make_copy_failed">("");

/** The deals in the tests of scripts: of all that a link can hold they alone may be somebody's. */
function Deals({ scripts }: { scripts: Draft[] }) {
  const deals = scripts.flatMap(({ file, text }) =>
    tests(text).flatMap((test) => test.deals.map((deal) => ({ file, deal }))),
  );
  if (deals.length === 0) return <p class="muted small">{p("share_no_deals")}</p>;
  return (
    <details open={deals.length <= 5}>
      <summary>{p("share_deals", { n: deals.length })}</summary>
      <ul class="shared-deals">
        {deals.map(({ file, deal }, n) => (
          // A fixed list that may repeat
          <li key={n}>
            <code dir="ltr" lang="en">
              {deal}
            </code>{" "}
            <bdi class="muted small">{file}</bdi>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Share({ file }: { file: string }) {
  const scripts = whole(file, shown.value);
  const ticked = withTests.value;
  useEffect(() => {
    if (!openShare.value) return;
    let late = false;
    link.value = "";
    said.value = "";
    void pack(scripts, ticked).then((body) => {
      if (!late) link.value = `${location.href.split("#")[0]}#/plan?p=${body}`;
    });
    return () => {
      late = true;
    };
  }, [file, ticked, openShare.value, shown.value]);
  const long = link.value.length > LONGEST;
  return (
    <Dialog open={openShare} title={p("share_title")}>
      <p>{p("share_lead")}</p>
      <ul class="shared-files">
        {scripts.map((one) => (
          <li key={one.file}>
            <bdi>{one.file}</bdi>
          </li>
        ))}
      </ul>
      <label class="check">
        <input
          type="checkbox"
          id="share-tests"
          checked={ticked}
          onChange={(event) => {
            withTests.value = event.currentTarget.checked;
          }}
        />
        {p("share_tests")}
      </label>
      {ticked && <Deals scripts={scripts} />}
      {long ? (
        <>
          <p class="wrong" role="status">
            {p("share_long", { size: link.value.length, most: LONGEST })}
          </p>
          <p class="buttons">
            {scripts.map((one) => (
              <button
                key={one.file}
                type="button"
                class="quiet"
                onClick={() => save(one.file.replace(/^.*\//, ""), one.text)}
              >
                {p("share_save", { file: one.file })}
              </button>
            ))}
          </p>
        </>
      ) : (
        <>
          <label class="pick">
            <span>{p("share_link")}</span>
            <input
              id="share-link"
              readOnly
              dir="ltr"
              value={link.value}
              onFocus={(e) => e.currentTarget.select()}
            />
          </label>
          <p class="buttons">
            <button
              type="button"
              class="action"
              id="share-copy"
              disabled={!link.value}
              onClick={() =>
                navigator.clipboard.writeText(link.value).then(
                  () => {
                    said.value = "share_copied";
                  },
                  () => {
                    said.value = "make_copy_failed";
                  },
                )
              }
            >
              {p("share_copy")}
            </button>
            <span role="status">{said.value && p(said.value)}</span>
          </p>
        </>
      )}
    </Dialog>
  );
}

/** What came by the link in the address; `null`: nothing that could be read. */
const came = signal<{ said: string; scripts: Draft[] | null } | null>(null);

/** Shows the plans again; what was pressed is gone. */
function show(more: Record<string, string>): void {
  go({ screen: "plan", more }, true);
  focusOn(".files [aria-current]", "#main");
}
const leave = () => show({});

/** A plan that came by a link: to be read first. Nothing of it runs before it is taken. */
export function Shared({ link: given }: { link: string }) {
  useEffect(() => {
    void unpack(given).then((scripts) => {
      came.value = { said: given, scripts };
    });
  }, [given]);
  const now = came.value;
  if (now?.said !== given) return null;
  const { scripts } = now;
  if (!scripts)
    return (
      <section class="card shared">
        <p role="alert">{p("shared_unreadable")}</p>
        <p class="buttons">
          <button type="button" class="quiet" onClick={leave}>
            {t("close")}
          </button>
        </p>
      </section>
    );
  // A link mostly brings no tests: those that are here stay.
  const taken = scripts.map(({ file, text }) => ({ file, text: keepingTests(text, scriptNamed(file)) }));
  const isOther = ({ file, text }: Draft) => scriptNamed(file) !== undefined && scriptNamed(file) !== text;
  const replaced = taken.filter(isOther).map(({ file }) => file);
  return (
    <section class="card shared" aria-labelledby="shared-title">
      <h2 id="shared-title">{p("shared_title")}</h2>
      <p>{p("shared_lead")}</p>
      {replaced.length > 0 && <p>{p("shared_replaces", { files: replaced.join(t("list_comma")) })}</p>}
      {scripts.map(({ file, text }, n) => (
        <details key={file} open={n === 0}>
          <summary>
            <bdi>{file}</bdi>
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
          <pre class="script" dir="ltr" lang="en" tabIndex={0}>
            {text}
          </pre>
        </details>
      ))}
      <Deals scripts={scripts} />
      <p class="buttons">
        <button
          type="button"
          class="action"
          id="shared-take"
          disabled={!here.value}
          onClick={() => show({ file: takeIn(taken) })}
        >
          {p("shared_take")}
        </button>
        <button type="button" class="quiet" id="shared-leave" onClick={leave}>
          {p("shared_leave")}
        </button>
        <Awaited />
      </p>
    </section>
  );
}

/** What the address brings, if anything. */
export const cameBy = (): string => route.value.more.p ?? "";
