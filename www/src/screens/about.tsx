// About: a place for the screen to come.
import { t } from "../i18n.ts";

export function AboutScreen() {
  return (
    <main id="main" tabIndex={-1}>
      <h1>{t("tab_about")}</h1>
      <p class="card">{t("about")}</p>
    </main>
  );
}
