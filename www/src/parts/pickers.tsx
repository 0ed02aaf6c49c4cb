// Whose pay and for when: the head of the screen.
import { day, period as periodName, t } from "../i18n.ts";
import { go, payeeId, periodLabel } from "../route.ts";
import { neighbour, opened, period, viewAt, views } from "../state.ts";

function Step({ by, name }: { by: number; name: string }) {
  const next = neighbour(by);
  return (
    <button
      type="button"
      class="plain icon step"
      aria-label={name}
      title={name}
      // Not `disabled`: at the last period the focus would be lost.
      aria-disabled={next === null}
      onClick={() => next && go({ period: next })}
    >
      <svg viewBox="0 0 12 12" width="14" height="14" aria-hidden="true">
        <path
          d={by < 0 ? "M8 2L4 6l4 4" : "M4 2l4 4-4 4"}
          fill="none"
          stroke="currentColor"
          stroke-width="1.75"
        />
      </svg>
    </button>
  );
}

export function Pickers() {
  const now = opened.value;
  if (!now)
    // As high as it will be: what stands below does not move.
    return (
      <div class="pickers screen reserved" aria-hidden="true">
        <div class="pick">
          <span>{t("payee")}</span>
          <select disabled />
        </div>
        <div class="pick period">
          <span>{t("period")}</span>
          <div class="stepper">
            <Step by={-1} name="" />
            <select disabled />
            <Step by={1} name="" />
          </div>
        </div>
        <p class="range-words">Dec 00, 0000 – Dec 00, 0000</p>
      </div>
    );
  return (
    <div class="pickers screen">
      <label class="pick">
        <span>{t("payee")}</span>
        <select
          id="payee"
          value={payeeId.value}
          onChange={(event) => go({ payee: event.currentTarget.value })}
        >
          {now.payees.map((p) => (
            <option key={p.id} value={p.id}>
              {p.name || p.id}
            </option>
          ))}
        </select>
      </label>
      <div class="pick period">
        <label for="period">{t("period")}</label>
        <div class="stepper">
          <Step by={-1} name={t("period_before")} />
          <select
            id="period"
            value={periodLabel.value}
            onChange={(event) => go({ period: event.currentTarget.value })}
          >
            {now.periods.map((p) => (
              <option key={p.label} value={p.label}>
                {periodName(p.label, p)}
              </option>
            ))}
          </select>
          <Step by={1} name={t("period_after")} />
        </div>
      </div>
      {views.value.length > 1 && (
        <fieldset class="pick currencies">
          <legend>{t("currency")}</legend>
          {views.value.map((one, n) => (
            <button
              key={one.statement.currency}
              type="button"
              class="quiet"
              aria-pressed={n === viewAt.value}
              onClick={() => {
                viewAt.value = n;
              }}
            >
              {one.statement.currency}
            </button>
          ))}
        </fieldset>
      )}
      {period.value && (
        <p class="muted range-words">
          {day(period.value.from)} – {day(period.value.to)}
        </p>
      )}
    </div>
  );
}
