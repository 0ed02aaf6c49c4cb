// Tests: a place for the screen to come.
import { t } from "../i18n.ts";

export function TestsScreen() {
  return (
    <main id="main" tabIndex={-1}>
      <h1>{t("tab_tests")}</h1>
      <p class="card">{t("tests_later")}</p>
    </main>
  );
}
