// Tests: the examples that the plans hold, worked by the scripts as they are edited. Failed ones first.
import { useEffect } from "preact/hooks";
import { here } from "../drafts.ts";
import { digitsOf, lang, money, percent, period as periodName, t } from "../i18n.ts";
import { Awaited } from "../parts/awaited.tsx";
import { English } from "../parts/english.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { showPlace } from "../parts/problems.tsx";
import { Runaway } from "../parts/result.tsx";
import { joined, Said } from "../parts/said.tsx";
import { askNow, tests } from "../plans.ts";
import { told } from "../reason.ts";
import { to } from "../route.ts";
import { settleName } from "../settle.ts";
import type { Figure, Finding, PlanTest, TestLine } from "../types.ts";
import { p } from "../words/plan.ts";
import "../styles/plan.css";

function asked(figure: Figure, main: string): string {
  const params = { of: figure.of ?? "", period: figure.period ? periodName(figure.period) : "" };
  const what =
    figure.kind === "component" && figure.period === null
      ? p("ask_component_all", params)
      : p(`ask_${figure.kind}`, params);
  return figure.payee === main ? what : p("figure_payee", { what, payee: figure.payee });
}

const amount = (figure: Figure, text: string | null): string =>
  text === null
    ? p("figure_nothing")
    : figure.currency === null
      ? percent(text)
      : money(text, figure.currency);
const change = (figure: Figure): string =>
  figure.difference === null
    ? ""
    : figure.currency === null
      ? percent(figure.difference)
      : money(figure.difference, figure.currency, true);

/** How a line came about: in the page's own words, else in the engine's. */
function Reason({ text }: { text: string }) {
  const said = lang.value === "en" ? null : told(text);
  return said === null ? <English text={text} /> : <span>{said}</span>;
}

/** What a line is: a component by its name, of a payout a line of the settlement. */
function nameOf({ period, what, deal }: TestLine, kind: Figure["kind"]): string {
  const settled = kind === "paid" || kind === "balance";
  const name = settled ? settleName(what.replaceAll(" ", "_")) : what;
  return [period && periodName(period), name, deal].filter(Boolean).join(" · ");
}

function MadeOf({ figure }: { figure: Figure }) {
  const { lines, more, kind } = figure;
  if (kind === "attainment") return null;
  if (lines.length === 0) return <p class="muted small">{p("made_nothing")}</p>;
  return (
    <table class="made-of">
      <caption>{p("made_of")}</caption>
      <tbody>
        {lines.map((line, n) => (
          // Lines of a figure are a fixed list and may be alike
          <tr key={n}>
            <th scope="row">
              <bdi>{nameOf(line, kind)}</bdi>
            </th>
            <td>
              <Reason text={line.reason} />
            </td>
            <td class="amount">{amount(figure, line.amount)}</td>
          </tr>
        ))}
      </tbody>
      {more > 0 && (
        <tfoot>
          <tr>
            <td colSpan={3} class="muted">
              {p("made_more", { n: more })}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Figures({ test }: { test: PlanTest }) {
  const main = test.figures[0]?.payee ?? "";
  const first = test.figures.find((figure) => !figure.ok);
  return (
    <>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{p("figure_what")}</th>
            <th scope="col" class="amount">
              {p("figure_expected")}
            </th>
            <th scope="col" class="amount">
              {p("figure_got")}
            </th>
            <th scope="col" class="amount">
              {p("figure_difference")}
            </th>
            <th scope="col" class="amount">
              {p("figure_line")}
            </th>
          </tr>
        </thead>
        <tbody>
          {test.figures.map((figure) => (
            <tr key={`${figure.place.line} ${figure.place.column}`} class={figure.ok ? "" : "bad-row"}>
              <th scope="row">{asked(figure, main)}</th>
              <td class="amount" data-label={p("figure_expected")}>
                {amount(figure, figure.expected)}
              </td>
              <td class="amount" data-label={p("figure_got")}>
                {amount(figure, figure.got)}
              </td>
              <td class="amount" data-label={figure.ok ? undefined : p("figure_difference")}>
                {change(figure)}
              </td>
              <td class="amount" data-label={p("figure_line")}>
                <button
                  type="button"
                  class="link"
                  aria-label={p("figure_go", { line: digitsOf(figure.place.line) })}
                  onClick={() => showPlace(figure.place)}
                >
                  {digitsOf(figure.place.line)}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {first && (
        <div class="first">
          <h3>
            {p("figure_first")} <span class="muted">{asked(first, main)}</span>
          </h3>
          <MadeOf figure={first} />
        </div>
      )}
    </>
  );
}

function Against({ list }: { list: Finding[] }) {
  if (list.length === 0) return null;
  return (
    <ul class="against">
      {list.map((finding) => (
        <li key={JSON.stringify([finding.code, finding.message, finding.place])}>
          <code>{finding.number ?? finding.code}</code>{" "}
          <Said finding={finding} text={joined(finding.message, finding.help)} />{" "}
          {finding.place?.file.endsWith(".rhai") && (
            <button type="button" class="link path" onClick={() => finding.place && showPlace(finding.place)}>
              {p("problem_place", {
                file: finding.place.file,
                line: digitsOf(finding.place.line),
                col: digitsOf(finding.place.column),
              })}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Test({ test }: { test: PlanTest }) {
  return (
    <li class={test.ok ? "test" : "test failed"}>
      <details open={!test.ok}>
        <summary>
          <strong class={test.ok ? "verdict" : "verdict bad"}>{p(test.ok ? "test_ok" : "test_bad")}</strong>
          <span class="name">
            <bdi>{test.name}</bdi>
          </span>
          <span class="muted small">
            {p("test_of", { plan: test.plan, file: test.place.file, line: digitsOf(test.place.line) })}
          </span>
        </summary>
        <div class="test-body">
          <Against list={test.findings} />
          {test.figures.length > 0 && <Figures test={test} />}
          <p class="buttons">
            <button type="button" class="quiet" onClick={() => showPlace(test.place)}>
              {p("figure_go", { line: digitsOf(test.place.line) })}
            </button>
          </p>
        </div>
      </details>
    </li>
  );
}

function Untested({ list }: { list: Finding[] }) {
  return (
    <section class="card" aria-labelledby="untested-title">
      <h2 id="untested-title">{p("untested")}</h2>
      {list.length === 0 ? (
        <p class="muted">{p("untested_none")}</p>
      ) : (
        <>
          <p class="muted small">{p("untested_lead")}</p>
          <Against list={list} />
        </>
      )}
    </section>
  );
}

export function TestsScreen() {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "Enter") return;
      event.preventDefault();
      askNow();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const now = tests.value;
  const all = now?.tests ?? [];
  const failed = all.filter((one) => !one.ok);
  const sorted = [...failed, ...all.filter((one) => one.ok)];
  const errors = now?.findings.filter((one) => one.severity === "error") ?? [];
  return (
    <main id="main" class="tests-screen" tabIndex={-1}>
      <div class="screen-head">
        <div>
          <h1>{t("tab_tests")}</h1>
          <p class="muted">{p("tests_lead")}</p>
        </div>
        <button
          type="button"
          class="quiet"
          id="run-tests"
          disabled={!here.value}
          title={here.value ? undefined : p("needs_engine")}
          onClick={askNow}
        >
          {p("run_again")}
        </button>
      </div>
      <NotStarted />
      <Runaway />
      <p role="status" class="summary" id="tests-summary">
        {now?.ran && all.length > 0 && (
          <>
            {failed.length > 0 && <strong class="bad">{p("tests_fail", { n: failed.length })}</strong>}
            <span>{p("tests_hold", { n: all.length - failed.length })}</span>
          </>
        )}
        {now?.ran && all.length === 0 && p("tests_none")}
        {now && !now.ran && <strong class="bad">{p("tests_stand")}</strong>}
        {!now && (here.value ? p("result_waiting") : <Awaited />)}
      </p>
      {now && !now.ran && (
        <section class="card">
          <Against list={errors} />
          <p class="buttons">
            <a class="quiet as-button" href={to("plan")}>
              {p("tests_to_plan")}
            </a>
          </p>
        </section>
      )}
      {sorted.length > 0 && (
        <ul class="test-list">
          {sorted.map((test) => (
            <Test key={`${test.place.file} ${test.plan} ${test.name} ${test.ok}`} test={test} />
          ))}
        </ul>
      )}
      {now?.ran && all.length > 0 && <Untested list={now.findings.filter((one) => one.number === "W05")} />}
    </main>
  );
}
