// My payout: how much, why, what next, what if; in that order.
import { period as periodName, t } from "../i18n.ts";
import { Balances, Basis, versionText } from "../parts/basis.tsx";
import { CurveCard } from "../parts/curve-card.tsx";
import { coming, detail } from "../parts/detail.tsx";
import { Foot } from "../parts/foot.tsx";
import { GaugeCard } from "../parts/gauge-card.tsx";
import { Hero } from "../parts/hero.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { openDialog } from "../parts/open.tsx";
import { Pickers } from "../parts/pickers.tsx";
import { Statement } from "../parts/statement.tsx";
import { WhatIfCard } from "../parts/whatif-card.tsx";
import { to } from "../route.ts";
import { absent, notice, opened, payee, refused, unplanned, view } from "../state.ts";

/** What stands in place of the numbers until there are some, as high as they will be. */
function Waiting() {
  if (absent.value) return <NotStarted />;
  const empty = opened.value && (opened.value.payees.length === 0 || opened.value.periods.length === 0);
  if (empty || refused.value)
    return (
      <section class="card wait">
        {(empty || !notice.value) && <p>{t(empty ? "no_data" : "no_view")}</p>}
        <p class="buttons">
          <button
            type="button"
            class="action"
            onClick={() => {
              openDialog.value = true;
            }}
          >
            {t("open")}
          </button>
          {!empty && (
            <a class="link" href={to("plan")}>
              {t("tab_plan")}
            </a>
          )}
        </p>
      </section>
    );
  const OnNoPlan = detail("OnNoPlan");
  if (unplanned.value && !coming.value) return <OnNoPlan none={unplanned.value} />;
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
                <>
                  <bdi>{payee.value?.name || t("statement")}</bdi>
                  <span class="muted reserved" aria-hidden="true">
                    {"\u00a0"}
                  </span>
                </>
              )}
            </h1>
            {now?.plans.map((plan) => (
              <p key={`${plan.name} ${plan.from}`} class="print-only in-force">
                {versionText(plan)} <span class="muted path">{plan.file}</span>
              </p>
            ))}
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
            <Balances view={now} />
            <Basis view={now} />
          </>
        ) : (
          <Waiting />
        )}
      </main>
      <Foot view={now} />
    </>
  );
}
