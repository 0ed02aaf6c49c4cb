// Compare: what a change of plan costs, whom it moves, and by which line. It never says which version is to be preferred.
import { useEffect } from "preact/hooks";
import { Choose } from "../compare/choose.tsx";
import { Histogram } from "../compare/histogram.tsx";
import { Rows } from "../compare/rows.tsx";
import { Scripts } from "../compare/scripts.tsx";
import { answer, asked, choices, currencyAt, fromA, fromB, itself, running, watch } from "../compare.ts";
import { negate, sign } from "../decimal.ts";
import { focusOn } from "../focus.ts";
import { money, number, t } from "../i18n.ts";
import { Findings } from "../parts/findings.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { absent, opened } from "../state.ts";
import type { ComparedTotal } from "../types.ts";
import "../styles/compare.css";
import { c } from "../words/compare.ts";

/** What it costs and how many it moves, in one sentence. */
function Sentence({ total }: { total: ComparedTotal }) {
  const s = sign(total.change);
  const cost =
    s === 0
      ? c("compare_equal")
      : s > 0
        ? c("compare_more", { amount: money(total.change, total.currency) })
        : c("compare_less", { amount: money(negate(total.change), total.currency) });
  return (
    <div class="sentence" role="status">
      <p class="cost" id="compare-cost">
        {cost}
      </p>
      <p class="muted">
        {[
          c("compare_gain", { n: total.up }),
          c("compare_lose", { n: total.down }),
          c("compare_same", { n: total.same }),
        ].join(" · ")}
      </p>
    </div>
  );
}

function Cards({ total }: { total: ComparedTotal }) {
  const facts: [string, string, string][] = [
    ["total-a", c("compare_total_a"), money(total.a, total.currency)],
    ["total-b", c("compare_total_b"), money(total.b, total.currency)],
    ["change", c("compare_change"), money(total.change, total.currency, true)],
    ["up", c("compare_up"), number(String(total.up))],
    ["same", c("compare_unmoved"), number(String(total.same))],
    ["down", c("compare_down"), number(String(total.down))],
  ];
  return (
    <dl class="compare-cards">
      {facts.map(([id, name, value]) => (
        <div key={id}>
          <dt>{name}</dt>
          <dd id={`compare-${id}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Result() {
  const found = answer.value;
  if (!asked.value)
    return (
      <div class="card empty-state">
        <p role="status">{c(itself.value ? "compare_itself" : "compare_none")}</p>
        {fromA.value !== "example" && choices.value.some((choice) => choice.from === "example") && (
          <button
            type="button"
            class="action"
            onClick={() => {
              fromB.value = "example";
              focusOn("#version-b");
            }}
          >
            {c("version_example")}
          </button>
        )}
      </div>
    );
  if (!found)
    return running.value ? (
      <p class="card wait" role="status">
        {c("compare_running")}
      </p>
    ) : null;
  const wrong = [
    { title: c("compare_wrong_a"), list: found.findings_a },
    { title: c("compare_wrong_b"), list: found.findings_b },
  ];
  if (!found.ran)
    return (
      <>
        {wrong
          .filter(({ list }) => list.some((finding) => finding.severity === "error"))
          .map(({ title, list }) => (
            <section key={title} class="card notice failed" role="alert">
              <header class="card-head">
                <h2>{title}</h2>
              </header>
              <Findings list={list} />
            </section>
          ))}
        <Scripts scripts={found.scripts} />
      </>
    );
  // Tables of nothing but noughts would have to be read to the end to say the same.
  if (found.scripts.length === 0)
    return (
      <p class="card empty-state" role="status" id="compare-identical">
        {c("compare_identical")}
      </p>
    );
  // Where nobody chose one, a currency in which something moves.
  const total =
    found.totals.find((one) => one.currency === currencyAt.value) ??
    found.totals.find((one) => one.up + one.down > 0) ??
    found.totals[0];
  return (
    <>
      {total && (
        <section
          class={running.value ? "card summary stale" : "card summary"}
          aria-label={c("compare_change")}
        >
          <header class="card-head">
            <Sentence total={total} />
            {found.totals.length > 1 && (
              <fieldset class="pick currencies">
                <legend class="visually-hidden">{t("currency")}</legend>
                {found.totals.map((one) => (
                  <button
                    key={one.currency}
                    type="button"
                    class="quiet"
                    aria-pressed={one.currency === total.currency}
                    onClick={() => {
                      currencyAt.value = one.currency;
                    }}
                  >
                    {one.currency}
                  </button>
                ))}
              </fieldset>
            )}
          </header>
          <Cards total={total} />
          {total.bins.length > 0 && (
            <>
              <h3>{c("compare_histogram")}</h3>
              <Histogram total={total} />
            </>
          )}
        </section>
      )}
      <Rows rows={found.rows.filter((row) => row.currency === total?.currency)} />
      <Scripts scripts={found.scripts} />
    </>
  );
}

export function CompareScreen() {
  useEffect(() => watch(), []);
  return (
    <main id="main" tabIndex={-1}>
      <div class="screen-head keep">
        <div>
          <h1>{t("tab_compare")}</h1>
          <p class="muted">{c("compare_lead")}</p>
        </div>
      </div>
      {opened.value ? (
        <>
          <Choose />
          <Result />
        </>
      ) : absent.value ? (
        <NotStarted />
      ) : (
        <p class="card wait" role="status">
          {t("loading")}
        </p>
      )}
    </main>
  );
}
