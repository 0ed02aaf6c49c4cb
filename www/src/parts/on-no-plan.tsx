// A payee and a period without a statement: said, with the ways to those that there are.
import { useEffect } from "preact/hooks";
import { period as periodName } from "../i18n.ts";
import { go } from "../route.ts";
import { engine, opened, payee, type Unplanned, unplanned } from "../state.ts";
import { d } from "../words/details.ts";

/** Looks for the periods with a statement that are nearest to one without, one call at a time. */
async function findPlanned(from: Unplanned): Promise<void> {
  const labels = opened.peek()?.periods.map((p) => p.label) ?? [];
  const at = labels.indexOf(from.period);
  let now = from;
  const sides = { after: labels.slice(at + 1), before: labels.slice(0, Math.max(at, 0)).reverse() };
  for (const side of ["after", "before"] as const)
    for (const label of sides[side]) {
      const found = await engine().call("pay", from.payee, label);
      // Somebody else is looked at meanwhile, or another period.
      if (unplanned.peek() !== now) return;
      if (found.length === 0) continue;
      now = { ...now, [side]: label };
      unplanned.value = now;
      break;
    }
}

export function OnNoPlan({ none }: { none: Unplanned }) {
  useEffect(() => {
    // Without an answer to this, the pickers lead there too.
    if (payee.value?.plans.length && !none.before && !none.after) findPlanned(none).catch(() => {});
  }, [none.payee, none.period]);
  const who = opened.value?.payees.find((p) => p.id === none.payee)?.name || none.payee;
  const range = (label: string) => opened.value?.periods.find((p) => p.label === label);
  const said = (label: string) => periodName(label, range(label));
  return (
    <section class="card wait" id="on-no-plan">
      <p role="status">{d("on_no_plan", { payee: who, period: said(none.period) })}</p>
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
                  {d("go_to_period", { period: said(label) })}
                </button>
              ),
          )}
        </p>
      ) : (
        <p class="muted">{d("choose_period")}</p>
      )}
    </section>
  );
}
