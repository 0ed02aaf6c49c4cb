// Said where something waits for the engine. Why it does not come stands at the top of the screen.
import { here } from "../drafts.ts";
import { t } from "../i18n.ts";
import { absent } from "../state.ts";

export function Awaited() {
  return (
    <span role="status" class="muted awaited">
      {!here.value && !absent.value && t("loading")}
    </span>
  );
}
