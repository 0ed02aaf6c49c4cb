// That the engine did not start, and what can be done about it: the same on every screen.
import { t } from "../i18n.ts";
import { absent, phase, reason } from "../state.ts";

export function NotStarted() {
  if (!absent.value) return null;
  if (phase.value === "unsupported")
    return (
      <p class="card wait" role="alert">
        {t("unsupported")}
      </p>
    );
  return (
    <section class="card wait not-started">
      <p role="alert">{t("failed", { reason: reason.value })}</p>
      <p class="buttons">
        <button type="button" class="action" onClick={() => location.reload()}>
          {t("reload")}
        </button>
      </p>
    </section>
  );
}
