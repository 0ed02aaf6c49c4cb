// Where the payee stands: attainment, what was credited, the rates in force and the other measures.
import { GaugeBar, worth } from "../charts.tsx";
import { compare, times } from "../decimal.ts";
import { percent, period, quantity, t } from "../i18n.ts";
import { boundsOf, standing } from "../scale.ts";
import { gaugeAt } from "../state.ts";
import type { Gauge, PayView } from "../types.ts";
import { answer } from "../whatif.ts";

export const keyOf = (g: Gauge): string => `${g.plan}\n${g.component}\n${g.period}`;

/** The gauge that is looked at: the one chosen, else the first that has something to climb. */
export function chosen(view: PayView): Gauge | null {
  const { gauges } = view;
  return (
    gauges.find((g) => keyOf(g) === gaugeAt.value) ??
    gauges.find((g) => g.tiers.length > 1) ??
    gauges[0] ??
    null
  );
}

/** The same gauge with the hypothetical deals in it. */
function ghostOf(g: Gauge): Gauge | null {
  return answer.value?.view.gauges.find((other) => keyOf(other) === keyOf(g)) ?? null;
}

/** How far the next rate is, in money. */
export function nextSentence(g: Gauge): string {
  if (g.next) {
    const amount = quantity(g.next.missing, g.unit, g.currency);
    if (g.next.rate !== null) return t("next_rate", { amount, rate: worth(g, g.next) });
    return t("next_pay", { amount, pay: worth(g, g.next) });
  }
  return g.tiers.length > 1 ? t("top") : "";
}

function Choice({ view, now }: { view: PayView; now: Gauge }) {
  if (view.gauges.length < 2) return null;
  return (
    <label class="choice">
      <span>{t("component")}</span>
      <select
        value={keyOf(now)}
        onChange={(event) => {
          gaugeAt.value = event.currentTarget.value;
        }}
      >
        {view.gauges.map((g) => (
          <option key={keyOf(g)} value={keyOf(g)}>
            {g.component}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The rates as a list: from where, in attainment and in money, and which are reached. */
function Tiers({ gauge: g }: { gauge: Gauge }) {
  if (g.tiers.length < 2) return null;
  const share = boundsOf(g) === "attainment";
  const money = (from: string) =>
    share
      ? g.quota === null
        ? ""
        : quantity(times(g.quota, from), g.unit, g.currency)
      : quantity(from, g.unit, g.currency);
  const reached = (from: string) => compare(standing(g), from) >= 0;
  return (
    <table class="tiers">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">{t("tier_rate")}</th>
          <th scope="col">{t("tier_from")}</th>
          <th scope="col">{t("attainment")}</th>
        </tr>
      </thead>
      <tbody>
        {g.tiers.map((tier, n) => {
          const above = g.tiers[n + 1];
          const now = reached(tier.from) && (!above || !reached(above.from));
          const missing = g.next && compare(g.next.at, tier.from) === 0 ? g.next.missing : null;
          return (
            <tr key={tier.from} class={now ? "now" : reached(tier.from) ? "reached" : ""}>
              <th scope="row">{worth(g, tier)}</th>
              <td>
                {share && <>{percent(tier.from)} </>}
                <span class="muted">{money(tier.from)}</span>
              </td>
              <td class="amount">
                {now
                  ? t("tier_now")
                  : missing !== null
                    ? t("tier_missing", { amount: quantity(missing, g.unit, g.currency) })
                    : reached(tier.from) && t("tier_reached")}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function GaugeCard({ view }: { view: PayView }) {
  const g = chosen(view);
  const others = view.statement.measures.filter((m) => !g || m.name !== g.measure || m.period !== g.period);
  if (!g && others.length === 0) return null;
  return (
    <section class="card gauge-card" aria-labelledby="gauge-title">
      <header class="card-head">
        <h2 id="gauge-title">
          {t("attainment")} {g && <span class="muted">{period(g.period)}</span>}
        </h2>
        {g && <Choice view={view} now={g} />}
      </header>
      {g && (
        <>
          <p class="figure">
            {g.attainment !== null && <strong>{percent(g.attainment)}</strong>}
            <span>
              {t("credited", { amount: quantity(g.total, g.unit, g.currency) })}{" "}
              <span class="muted">
                {g.quota !== null
                  ? t("of_quota", { quota: quantity(g.quota, g.unit, g.currency) })
                  : t("no_quota")}
              </span>
            </span>
          </p>
          {(g.tiers.length > 1 || g.quota !== null) && <GaugeBar gauge={g} ghost={ghostOf(g)} />}
          <Tiers gauge={g} />
          <p class="muted small">{t(`table_${g.mode}`)}</p>
        </>
      )}
      {others.length > 0 && (
        <dl class="measures" aria-label={t("measures")}>
          {others.map((m) => (
            <div key={`${m.plan} ${m.name} ${m.period}`}>
              <dt>
                <bdi>{m.name}</bdi>
              </dt>
              <dd>
                {quantity(m.total, m.unit, m.currency)}
                {m.attainment !== null && (
                  <span class="muted"> {t("attained", { percent: percent(m.attainment) })}</span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
