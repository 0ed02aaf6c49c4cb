// Earlier states of the edited scripts on this device, each to be taken up again.
import { signal } from "@preact/signals";
import { takeUp } from "../drafts.ts";
import { states } from "../history.ts";
import { moment, t } from "../i18n.ts";
import { p } from "../words/plan.ts";
import { Dialog } from "./dialog.tsx";

export const openHistory = signal(false);

export function History() {
  return (
    <Dialog open={openHistory} title={p("history")}>
      <p class="muted">{p("history_lead")}</p>
      {states.value.length === 0 && <p>{p("history_none")}</p>}
      <ul class="history">
        {states.value.map((state) => (
          <li key={`${state.at} ${JSON.stringify(state.texts).length}`}>
            <span>
              {moment(state.at)}
              <bdi class="muted small">
                {Object.keys(state.texts)
                  .map((file) => file.replace(/^.*\//, ""))
                  .join(t("list_comma"))}
              </bdi>
            </span>
            <button
              type="button"
              class="quiet"
              onClick={() => {
                openHistory.value = false;
                takeUp(state.texts);
              }}
            >
              {p("history_take")}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
