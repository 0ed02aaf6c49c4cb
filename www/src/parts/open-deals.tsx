// The open deals of the pipeline: what each would pay by itself, with a tick that takes it into the what-if.
import { useSignal } from "@preact/signals";
import { sign } from "../decimal.ts";
import { focusOn } from "../focus.ts";
import { day, money, percent, period as periodName, t } from "../i18n.ts";
import { isTicked, pipeline, tick } from "../pipeline.ts";
import { go } from "../route.ts";
import { opened } from "../state.ts";
import type { OpenDeal, Pipeline } from "../types.ts";
import { answer, heldOf } from "../whatif.ts";
import { Said } from "./said.tsx";

/** How many are listed before somebody asks for all. */
const FIRST = 5;

/** What it would pay: by itself, or on top of those before it once it is ticked. */
function Pays({ deal }: { deal: OpenDeal }) {
  const together = isTicked(deal) ? answer.value?.deals.find((one) => one.id === deal.id) : undefined;
  const amount = together?.adds ?? deal.would_pay;
  if (amount === null || deal.pay_currency === null)
    return (
      <span class="pays muted">
        {t("open_unknown")} {deal.findings[0] && <Said finding={deal.findings[0]} />}
      </span>
    );
  const held = together && sign(amount) === 0 ? heldOf(deal.id) : "0";
  if (sign(held) !== 0)
    return <span class="pays">{t("adds_held", { amount: money(held, deal.pay_currency) })}</span>;
  const figure = money(amount, deal.pay_currency, sign(amount) < 0);
  return <span class="pays">{t(together ? "open_adds" : "open_would_pay", { amount: figure })}</span>;
}

function Deal({ deal }: { deal: OpenDeal }) {
  const guess = (column: string, text: string) =>
    deal.estimated.includes(column) ? t("open_estimated", { what: text }) : text;
  const facts = [
    deal.expected ? guess("expected", day(deal.expected)) : t("open_undated"),
    deal.amount === null ? null : guess("amount", money(deal.amount, deal.currency)),
    deal.probability === null ? null : t("open_likely", { part: percent(deal.probability) }),
  ].filter((fact) => fact !== null);
  return (
    <li class={isTicked(deal) ? "hypothetical" : ""}>
      <label class="check">
        <input
          type="checkbox"
          checked={isTicked(deal)}
          disabled={deal.would_pay === null}
          onChange={(event) => tick(deal, event.currentTarget.checked)}
        />
        <span class="what">
          <strong>
            <bdi>{deal.account ?? deal.id}</bdi>
          </strong>
          <Pays deal={deal} />
          <span class="muted small">
            {deal.account !== null && (
              <>
                <bdi>{deal.id}</bdi>
                {" · "}
              </>
            )}
            {deal.stage !== null && (
              <>
                <bdi>{deal.stage}</bdi>
                {" · "}
              </>
            )}
            {facts.join(" · ")}
          </span>
        </span>
      </label>
    </li>
  );
}

/** Where the others are: each period can be gone to. */
function Elsewhere({ all }: { all: Pipeline["elsewhere"] }) {
  const there = opened.value?.periods ?? [];
  return (
    <ul class="elsewhere small">
      {all.map((other) => {
        const period = there.find((one) => one.label === other.period);
        const n = other.deals;
        return (
          <li key={other.period}>
            {period ? (
              <button type="button" class="link" onClick={() => go({ period: period.label })}>
                {t("open_elsewhere", { n, period: periodName(period.label, period) })}
              </button>
            ) : (
              <span class="muted">{t("open_outside", { n })}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function OpenDeals() {
  const all = useSignal(false);
  const now = pipeline.value;
  if (!now || now.deals.length + now.elsewhere.length === 0) return null;
  const shown = all.value ? now.deals : now.deals.slice(0, FIRST);
  return (
    <section class="open-deals" aria-labelledby="open-deals-title">
      <h3 id="open-deals-title">{t("open_deals")}</h3>
      {now.deals.length === 0 ? (
        <p class="muted small">{t("open_none")}</p>
      ) : (
        <ul>
          {shown.map((deal) => (
            <Deal key={deal.id} deal={deal} />
          ))}
        </ul>
      )}
      {shown.length < now.deals.length && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            all.value = true;
            focusOn(`.open-deals li:nth-child(${FIRST + 1}) input`);
          }}
        >
          {t("open_show", { n: now.deals.length })}
        </button>
      )}
      {now.more > 0 && <p class="muted small">{t("open_more", { n: now.more })}</p>}
      {now.elsewhere.length > 0 && <Elsewhere all={now.elsewhere} />}
    </section>
  );
}
