// How a line came about: its steps, which add up to it, what was credited, and the place in the script.
import { sign, sum } from "../decimal.ts";
import { day, digitsOf, money, number, percent, quantity, rate, t } from "../i18n.ts";
import { opened } from "../state.ts";
import type { Converted, Entry, Statement, Step } from "../types.ts";
import { d, made } from "../words/details.ts";
import { English } from "./english.tsx";
import { ScriptLine } from "./script-line.tsx";
import { formula, kindOf, released } from "./summary.tsx";

/** A figure that was read: how the script calls it, and how much it was. */
function Read({ step, currency }: { step: Step; currency: string }) {
  const at = step.at;
  const figure = () => {
    if (at === null) return "";
    if (step.bounds === "attainment" || step.bounds === "score") return percent(at);
    return step.bounds === "money" ? money(at, currency) : number(at);
  };
  return (
    <span class="read">
      <bdi lang="en">
        <code>{step.name}</code>
      </bdi>{" "}
      <bdi>{figure()}</bdi>
    </span>
  );
}

/** The figures that a step was worked from. */
function Reads({ step, currency }: { step: Step; currency: string }) {
  const reads = step.of?.filter((of) => of.kind === "read") ?? [];
  return (
    <>
      {reads.map((read, n) => (
        <span key={read.name}>
          {(n > 0 || step.kind !== "gate") && " · "}
          <Read step={read} currency={currency} />
        </span>
      ))}
    </>
  );
}

/** What a step is in figures, where it can be said without words. */
function Figures({ step, currency }: { step: Step; currency: string }) {
  if (step.kind === "read") return <Read step={step} currency={currency} />;
  const told = formula(step, currency);
  if (told !== null) return <>{told}</>;
  if (step.kind === "gate" && step.of) return <Reads step={step} currency={currency} />;
  if (step.kind === "multiplier" && step.rate !== null) return <bdi>{`× ${number(step.rate)}`}</bdi>;
  if (step.kind === "guarantee" && step.at !== null && step.base !== null)
    return <bdi>{`${money(step.at, currency)} − ${money(step.base, currency)}`}</bdi>;
  return <English text={step.text} />;
}

/** The rate of exchange, its day and its set. */
function exchange(c: Converted): string {
  const told = { rate: c.rate, from: c.from, to: c.to, set: c.set };
  return c.day === null ? d("exchange_average", told) : d("exchange", { ...told, day: day(c.day) });
}

/** What held pay waits for, in the reader's language where it is a word of ours. */
function waits(until: string): string {
  const told = (part: string) => {
    const date = /^\d{4}-\d\d-\d\d$/.test(part);
    return date ? day(part) : (made(`until_${part.replaceAll(" ", "_")}`) ?? part);
  };
  return until.split(", ").map(told).join(t("list_comma"));
}

/** A few lines of the script around the declaration, the declaration marked. */
function Excerpt({ file, line }: { file: string; line: number }) {
  const text = opened.value?.plans.find((p) => p.file === file)?.text;
  if (!text) return null;
  const all = text.split("\n");
  const from = Math.max(0, line - 2);
  return (
    <details class="excerpt screen">
      <summary>{d("source_show")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
      <pre dir="ltr" lang="en" tabIndex={0}>
        {all.slice(from, from + 10).map((code, n) => (
          // Lines of a text have their number only
          <code key={n} class={from + n + 1 === line ? "at" : ""}>
            <span class="no">{from + n + 1}</span>
            {`${code}\n`}
          </code>
        ))}
      </pre>
    </details>
  );
}

function Credit({ entry }: { entry: Entry }) {
  const c = entry.credit;
  if (!c) return null;
  return (
    <p class="credit">
      {d("credit_line", {
        amount: quantity(c.base, c.unit, c.currency),
        share: rate(c.share),
        credit: quantity(c.amount, c.unit, entry.plan_currency),
        measure: c.measure,
      })}
      {c.of && <span class="muted"> {d("credit_of", { payee: c.of })}</span>}
      {c.role && <span class="muted"> {d("credit_role", { role: c.role })}</span>}
      {c.before !== null && c.after !== null && (
        <span class="muted"> {d("credit_way", { before: percent(c.before), after: percent(c.after) })}</span>
      )}
      {c.converted && <span class="muted"> {exchange(c.converted)}</span>}
      <span class="muted path">
        <ScriptLine file={c.file} line={c.line} />
      </span>
    </p>
  );
}

/** The event that took back or gave back, and the rule by which. */
function Happened({ event }: { event: NonNullable<Entry["event"]> }) {
  const { kind } = event;
  const told = { kind: made(`event_${kind}`) ?? kind, day: day(event.day) };
  return (
    <p class="happened">
      {event.amount === null
        ? d("happened", told)
        : d("happened_of", { ...told, amount: number(event.amount) })}
      {event.id !== null && <span class="muted"> {d("happened_id", { id: event.id })}</span>}
      {event.rule && <span class="muted"> {d("happened_by", { rule: event.rule })}</span>}
      {event.source && (
        <span class="muted path">
          {" "}
          <ScriptLine file={event.source.file} line={event.source.line} />
        </span>
      )}
    </p>
  );
}

export function Steps({ entry, held }: { entry: Entry; held: Statement["held"] }) {
  const currency = entry.plan_currency;
  const { plan } = entry;
  const { file, line } = entry.source;
  // What was only read adds nothing.
  const adding = entry.steps.filter((step) => step.kind !== "read").length;
  const total = entry.steps.length ? sum(entry.steps.map((step) => step.amount)) : entry.earned;
  return (
    <div class="steps">
      <Credit entry={entry} />
      {entry.event && <Happened event={entry.event} />}
      {entry.kind === "release" && <p>{t(released(entry))}</p>}
      <table class={adding === 1 ? "single" : ""}>
        <tbody>
          {entry.steps.map((step, n) => (
            // Steps are ordered and may be alike
            <tr key={n} class={`step kind-${step.kind}`}>
              <td>
                <Figures step={step} currency={currency} />
              </td>
              <td class="muted">
                {step.kind !== "read" && kindOf(step)}
                {step.kind !== "gate" && <Reads step={step} currency={currency} />}
                {step.of?.some((of) => of.kind !== "read") &&
                  formula(step, currency) !== null &&
                  ` (${step.of.map((of) => formula(of, currency) ?? kindOf(of)).join(" + ")})`}
              </td>
              <td class="amount" data-amount={step.amount}>
                {step.kind !== "read" && money(step.amount, currency)}
              </td>
            </tr>
          ))}
        </tbody>
        {adding > 1 && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {d("steps_sum")}
              </th>
              <td class="amount">{money(total, currency)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      {entry.currency !== currency && (
        <p class="converted">
          {d("converted", { from: money(entry.payable, currency), to: money(entry.amount, entry.currency) })}
          {entry.converted && <span class="muted"> {exchange(entry.converted)}</span>}
        </p>
      )}
      {held.map((h) =>
        // What a cap releases is no amount that waits: the step says it.
        sign(h.amount) !== 0 && !(entry.kind === "cap" && sign(h.amount) < 0) ? (
          <p key={h.until}>{d("held_line", { amount: money(h.amount, currency), until: waits(h.until) })}</p>
        ) : null,
      )}
      <p class="muted source">
        {entry.kind === "manual" ? (
          d("source_file", { plan, file })
        ) : (
          <ScriptLine file={file} line={line} text={d("source", { plan, file, line: digitsOf(line) })} />
        )}
      </p>
      <Excerpt file={file} line={line} />
    </div>
  );
}
