// The one number, and what it is made of.
import { sign, sum } from "../decimal.ts";
import { day, money, period as periodName, t } from "../i18n.ts";
import { assumedCurrency, busy, opening, tell } from "../state.ts";
import type { PayView } from "../types.ts";
import { answer } from "../whatif.ts";
import { chosen, nextSentence } from "./gauge-card.tsx";

/** Of an export in a currency that nobody has said: which, and the way to say it. */
function Assumed() {
  const currency = assumedCurrency.value;
  if (!currency) return null;
  return (
    <p class="small muted assumed">
      {t("assumed", { currency })}{" "}
      <button
        type="button"
        class="link screen"
        id="choose-currency"
        onClick={() => opening().then((one) => one.chooseColumns(), tell)}
      >
        {t("choose_currency")}
      </button>
    </p>
  );
}

export function Hero({ view }: { view: PayView }) {
  const s = view.statement;
  const gauge = chosen(view);
  const next = gauge ? nextSentence(gauge) : "";
  const amount = (text: string) => money(text, s.currency);
  const held = sum(["0", ...s.held.map((h) => h.amount)]);
  const facts: [string, string, boolean][] = [
    [t("brought"), s.balances.before.net, false],
    [t("earned"), s.totals.earned, true],
    [t("held"), held, false],
    [t("paid"), s.totals.payout, true],
    [t("carried"), s.balances.after.net, false],
  ];
  const then = answer.value;
  return (
    <section class="card hero" aria-labelledby="payout-title" aria-busy={busy.value}>
      <h2 id="payout-title">
        {t("payout")}
        {busy.value && <span class="working" role="img" aria-label={t("recalculating")} />}
      </h2>
      <p class="number" id="payout">
        {amount(s.totals.payout)}
      </p>
      <p class="muted">
        {t("payout_sub", { period: periodName(s.period.label, s.period), currency: s.currency })}
      </p>
      <Assumed />
      {s.incomplete > 0 && <p class="flag bad">{t("incomplete", { n: s.incomplete })}</p>}
      {then && sign(then.change) !== 0 && (
        <p class="flag hypothetical screen">
          {money(then.total, s.currency)} <span>{t("if_closed")}</span>
        </p>
      )}
      {next && <p class="next">{next}</p>}
      {view.later.map(({ component, plan, day: last }) => (
        <p key={`${plan} ${component} ${last}`} class="muted">
          {t("not_yet", { component, day: day(last) })}
        </p>
      ))}
      {s.entries.length === 0 && sign(s.totals.payout) === 0 && <p>{t("no_pay")}</p>}
      <dl class="facts">
        {facts.map(([name, value, always]) => (
          <div key={name} class={always || sign(value) !== 0 ? "" : "none"}>
            <dt>{name}</dt>
            <dd>{amount(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
