// My payout: how much, why, what next, what if; in that order.
import { period as periodName, t } from "../i18n.ts";
import { CurveCard } from "../parts/curve-card.tsx";
import { Foot } from "../parts/foot.tsx";
import { GaugeCard } from "../parts/gauge-card.tsx";
import { Hero } from "../parts/hero.tsx";
import { Pickers } from "../parts/pickers.tsx";
import { Statement } from "../parts/statement.tsx";
import { WhatIfCard } from "../parts/whatif-card.tsx";
import { notice, opened, payee, phase, reason, refused, view } from "../state.ts";

/** What stands in place of the numbers until there are some, as high as they will be. */
function Waiting() {
  if (phase.value === "unsupported") return <p class="card wait">{t("unsupported")}</p>;
  if (phase.value === "failed") return <p class="card wait">{t("failed", { reason: reason.value })}</p>;
  if (opened.value && (opened.value.payees.length === 0 || opened.value.periods.length === 0))
    return <p class="card wait">{t("no_data")}</p>;
  if (refused.value) return notice.value ? null : <p class="card wait">{t("no_view")}</p>;
  return (
    <div class="overview waiting">
      <section class="card hero">
        <h2>{t("payout")}</h2>
        <p role="status">{t("loading")}</p>
      </section>
      <section class="card gauge-card">
        <h2>{t("attainment")}</h2>
      </section>
    </div>
  );
}

export function PayScreen() {
  const now = view.value;
  const s = now?.statement;
  return (
    <>
      <main id="main" tabIndex={-1}>
        <div class="screen-head">
          <div>
            {s && <p class="print-only company">{s.company}</p>}
            <h1>
              {s ? (
                <>
                  <bdi>{s.payee.name || s.payee.id}</bdi>
                  <span class="muted">{periodName(s.period.label, s.period)}</span>
                </>
              ) : (
                <bdi>{payee.value?.name || t("statement")}</bdi>
              )}
            </h1>
            {s && <p class="print-only">{[...new Set(s.entries.map((e) => e.plan))].join(" · ")}</p>}
          </div>
          <Pickers />
        </div>
        {now ? (
          <>
            <div class="overview">
              <Hero view={now} />
              <GaugeCard view={now} />
            </div>
            <div class="explore">
              <CurveCard view={now} />
              <WhatIfCard view={now} />
            </div>
            <Statement view={now} />
          </>
        ) : (
          <Waiting />
        )}
      </main>
      <Foot view={now} />
    </>
  );
}
