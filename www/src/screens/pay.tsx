// My payout: how much, why, what next, what if; in that order.
import { period as periodName, t } from "../i18n.ts";
import { Balances, Basis, versionText } from "../parts/basis.tsx";
import { CurveCard } from "../parts/curve-card.tsx";
import { Foot } from "../parts/foot.tsx";
import { GaugeCard } from "../parts/gauge-card.tsx";
import { Hero } from "../parts/hero.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { openDialog } from "../parts/open.tsx";
import { Pickers } from "../parts/pickers.tsx";
import { Statement } from "../parts/statement.tsx";
import { WhatIfCard } from "../parts/whatif-card.tsx";
import { go, to } from "../route.ts";
import { absent, notice, opened, payee, refused, type Unplanned, unplanned, view } from "../state.ts";

/** What stands in place of a statement where the payee is on no plan: said, with the ways to those that there are. */
function OnNoPlan({ none }: { none: Unplanned }) {
  const who = opened.value?.payees.find((p) => p.id === none.payee)?.name || none.payee;
  const range = (label: string) => opened.value?.periods.find((p) => p.label === label);
  const said = (label: string) => periodName(label, range(label));
  return (
    <section class="card wait" id="on-no-plan">
      <p role="status">{t("on_no_plan", { payee: who, period: said(none.period) })}</p>
      {none.before || none.after ? (
        <p class="buttons">
          {[none.before, none.after].map(
            (label) =>
              label && (
                <button
                  key={label}
                  type="button"
                  class="quiet"
                  onClick={() => {
                    go({ period: label });
                    // The button leaves with the answer.
                    document.getElementById("period")?.focus();
                  }}
                >
                  {t("go_to_period", { period: said(label) })}
                </button>
              ),
          )}
        </p>
      ) : (
        <p class="muted">{t("choose_period")}</p>
      )}
    </section>
  );
}

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
  if (unplanned.value) return <OnNoPlan none={unplanned.value} />;
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
