// Plan: a place for the screen to come.
import { t } from "../i18n.ts";

export function PlanScreen() {
  return (
    <main id="main" tabIndex={-1}>
      <h1>{t("tab_plan")}</h1>
      <p class="card">{t("plan_later")}</p>
    </main>
  );
}
