// What the edited scripts would pay: the whole company, beside what it is paid as opened.
import { sign } from "../decimal.ts";
import { changes, here } from "../drafts.ts";
import { focusOn } from "../focus.ts";
import { money, period as periodName, t } from "../i18n.ts";
import { askNow, stale, stop, tried, trouble, whole, working } from "../plans.ts";
import { go, periodLabel, to } from "../route.ts";
import { opened } from "../state.ts";
import type { Tried, TriedTotal } from "../types.ts";
import { p } from "../words/plan.ts";
import { Awaited } from "./awaited.tsx";
import { Told } from "./told.tsx";

function Total({ total }: { total: TriedTotal }) {
  const way = sign(total.change);
  const amount = money(way < 0 ? total.change.slice(1) : total.change, total.currency);
  return (
    <div class="total">
      <p class="figure">{money(total.after, total.currency)}</p>
      <p class={way < 0 ? "less" : way > 0 ? "more" : "muted"}>
        {way === 0 ? p("change_none") : p(way > 0 ? "change_up" : "change_down", { amount })}
      </p>
      {way !== 0 && (
        <p class="muted small">{p("as_opened", { amount: money(total.before, total.currency) })}</p>
      )}
    </div>
  );
}

function Movers({ tried: now }: { tried: Tried }) {
  if (now.movers.length === 0) return null;
  return (
    <>
      <p class="muted small">
        {now.totals.length > 1 && `${p("people_all")} `}
        {[
          p("people_up", { n: now.up }),
          p("people_down", { n: now.down }),
          p("people_same", { n: now.same }),
        ].join(" · ")}
      </p>
      <table class="movers">
        <caption>{p("movers")}</caption>
        <thead>
          <tr>
            <th scope="col">{p("mover")}</th>
            <th scope="col" class="amount">
              {p("mover_after")}
            </th>
            <th scope="col" class="amount">
              {p("mover_change")}
            </th>
          </tr>
        </thead>
        <tbody>
          {now.movers.map((one) => (
            <tr key={`${one.payee} ${one.currency}`}>
              <th scope="row">
                <bdi>{one.name}</bdi>
              </th>
              <td class="amount">{money(one.after, one.currency)}</td>
              <td class="amount">{money(one.change, one.currency, true)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What has the focus once a button that stood there has left, on the two screens that have it. */
const AFTER = [".runaway button", "#result-period", "#run-tests"];

/** Says that something runs long or was stopped, with what can be done about it. */
export function Runaway() {
  return (
    <div class="runaway" role="status">
      {working.value && (
        <>
          <span>{p("long")}</span>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              stop();
              focusOn(...AFTER);
            }}
          >
            {p("stop")}
          </button>
        </>
      )}
      {!working.value && trouble.value && (
        <>
          <span>
            <Told trouble={trouble.value} />
          </span>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              askNow();
              focusOn(...AFTER);
            }}
          >
            {p("run_again")}
          </button>
        </>
      )}
    </div>
  );
}

export function Result() {
  const now = tried.value;
  return (
    <section class={now ? "card result" : "card result awaiting"} aria-labelledby="result-title">
      <h2 id="result-title">{p("result")}</h2>
      <p class="muted small">{p("result_lead")}</p>
      <label class="pick">
        <span>{p("result_of")}</span>
        <select
          id="result-period"
          disabled={!here.value}
          value={whole.value ? "" : periodLabel.value}
          onChange={(event) => {
            const label = event.currentTarget.value;
            whole.value = label === "";
            if (label) go({ period: label }, true);
          }}
        >
          <option value="">{p("all_periods")}</option>
          {opened.value?.periods.map((one) => (
            <option key={one.label} value={one.label}>
              {periodName(one.label, one)}
            </option>
          ))}
        </select>
      </label>
      <Runaway />
      {now && stale.value && <p class="stale">{p("result_stale")}</p>}
      {now ? (
        <>
          {now.totals.map((total) => (
            <Total key={total.currency} total={total} />
          ))}
          {now.totals.length === 0 && <p class="muted">{t("no_pay")}</p>}
          <Movers tried={now} />
          {changes.value > 0 && !stale.value && (
            <p>
              <a href={to("compare", { of: whole.value ? "" : periodLabel.value })} id="to-compare">
                {p("compare_all")}
              </a>
            </p>
          )}
        </>
      ) : here.value ? (
        <p class="muted">{p(stale.value ? "result_none" : "result_waiting")}</p>
      ) : (
        <p>
          <Awaited />
        </p>
      )}
    </section>
  );
}
