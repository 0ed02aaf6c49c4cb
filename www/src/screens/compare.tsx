// Compare: a place for the screen to come.
import { t } from "../i18n.ts";

export function CompareScreen() {
  return (
    <main id="main" tabIndex={-1}>
      <h1>{t("tab_compare")}</h1>
      <p class="card">{t("compare_later")}</p>
    </main>
  );
}
