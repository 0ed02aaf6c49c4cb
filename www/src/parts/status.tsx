// Small notices of the page itself: no network, a newer version.
import { t } from "../i18n.ts";
import { offline, reload, waiting } from "../offline.ts";

export function Status() {
  return (
    <div class="page-status screen" role="status">
      {offline.value && <p>{t("offline")}</p>}
      {waiting.value && (
        <p>
          {t("new_version")}{" "}
          <button type="button" class="quiet" id="reload" onClick={reload}>
            {t("reload")}
          </button>
        </p>
      )}
    </div>
  );
}
