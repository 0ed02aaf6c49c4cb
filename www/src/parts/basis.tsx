// What a statement rests on, after its lines: balances that wait or are owed, the versions of the plans, and how each
// quota came about.
import { sign } from "../decimal.ts";
import { day, money, t } from "../i18n.ts";
import { balanced } from "../settled.ts";
import type { PayView, PlanVersion } from "../types.ts";
import { detail } from "./detail.tsx";
import { Step } from "./settled.tsx";

const BALANCES = ["owed", "draw", "over_cap", "due"] as const;

/** What was there before and is there after, where there is anything. */
export function Balances({ view }: { view: PayView }) {
  const { balances, currency } = view.statement;
  const shown = BALANCES.filter(
    (name) => sign(balances.before[name]) !== 0 || sign(balances.after[name]) !== 0,
  );
  const moved = balanced(view.statement);
  if (shown.length + moved.length === 0) return null;
  return (
    <section class="card balances" aria-labelledby="balances-title">
      <h2 id="balances-title">{t("balances")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("balance")}</th>
            <th scope="col" class="amount">
              {t("brought")}
            </th>
            <th scope="col" class="amount">
              {t("carried")}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((name) => (
            <tr key={name}>
              <th scope="row">{t(`balance_${name}`)}</th>
              <td class="amount" data-name={t("brought")}>
                {money(balances.before[name], currency)}
              </td>
              <td class="amount" data-name={t("carried")}>
                {money(balances.after[name], currency)}
              </td>
            </tr>
          ))}
          {moved.map((row) => (
            <tr key={row.step} class="moved">
              <th scope="row" colSpan={2}>
                <Step row={row} />
              </th>
              <td class="amount">{money(row.amount, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A version of a plan in words: its name and the days that it holds for. */
export const versionText = (plan: PlanVersion): string =>
  t("plan_version", { plan: plan.name, from: day(plan.from), to: day(plan.to) });

export function Basis({ view }: { view: PayView }) {
  const quotas = view.quotas.filter((quota) => quota.parts.length > 0);
  const Quota = detail("Quota");
  if (view.plans.length + quotas.length === 0) return null;
  return (
    <section class="card basis" aria-labelledby="basis-title">
      <details>
        <summary>
          <h2 id="basis-title">{t(quotas.length > 0 ? "basis" : "basis_plans")}</h2>
        </summary>
        <ul class="versions screen">
          {view.plans.map((plan) => (
            <li key={`${plan.name} ${plan.from}`}>
              {versionText(plan)} <span class="muted path">{plan.file}</span>
            </li>
          ))}
        </ul>
        {quotas.map((quota) => (
          <Quota key={`${quota.plan} ${quota.measure} ${quota.period}`} of={quota} />
        ))}
      </details>
    </section>
  );
}
