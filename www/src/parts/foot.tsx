// The end of the page: digests by which two people can check that they ran the same thing, engine, promise.
import { useEffect, useState } from "preact/hooks";
import { day, lang, t } from "../i18n.ts";
import { opened } from "../state.ts";
import type { Digests, PayView } from "../types.ts";
import { DigitsSwitch } from "./header.tsx";
import { shortcutsDialog } from "./shortcuts.tsx";

export const NAMES = [
  "run",
  "result",
  "plan",
  "data",
  "people",
  "project",
] as const satisfies (keyof Digests)[];

function copyText(view: PayView): string {
  const s = view.statement;
  const head = [
    `earnmark ${s.engine}`,
    `${s.payee.id} ${s.period.label} ${s.currency} payout ${s.totals.payout}`,
  ];
  return [...head, ...NAMES.map((name) => `${name} ${s.digests[name]}`)].join("\n");
}

export function Foot({ view }: { view: PayView | null }) {
  const [said, setSaid] = useState<"" | "copied" | "copy_failed">("");
  const s = view?.statement;
  // At the foot of every sheet of paper: by which two sheets can be seen to belong together.
  const sheet =
    s &&
    t("sheet_foot", {
      engine: s.engine,
      plan: s.digests.plan.slice(0, 12),
      data: s.digests.data.slice(0, 12),
      day: day(s.as_of),
    });
  useEffect(() => {
    if (sheet) document.documentElement.style.setProperty("--paper-foot", JSON.stringify(sheet));
  }, [sheet]);
  return (
    <footer class="foot">
      {s && view && (
        <section aria-labelledby="verify-title">
          <h2 id="verify-title">{t("verify")}</h2>
          <p class="muted">{t("verify_lead")}</p>
          <dl class="digests">
            {NAMES.map((name) => (
              <div key={name}>
                <dt>{t(`digest_${name}`)}</dt>
                <dd>
                  <code dir="ltr" title={s.digests[name]}>
                    {s.digests[name].slice(0, 12)}
                  </code>
                </dd>
              </div>
            ))}
          </dl>
          <p class="buttons screen">
            <button
              type="button"
              class="quiet"
              onClick={() =>
                navigator.clipboard.writeText(copyText(view)).then(
                  () => setSaid("copied"),
                  () => setSaid("copy_failed"),
                )
              }
            >
              {t("copy_all")}
            </button>
            <span role="status">{said && t(said)}</span>
          </p>
        </section>
      )}
      <p class="muted small about">
        <span>{t("engine", { version: opened.value?.engine ?? "" })}</span>
        {s && <span>{t("as_of", { day: day(s.as_of) })}</span>}
        <span class="screen">{t("about")}</span>
        <button
          type="button"
          class="link screen"
          onClick={() => {
            shortcutsDialog.value = true;
          }}
        >
          {t("shortcuts")}
        </button>
        {lang.value === "ar" && <DigitsSwitch />}
      </p>
    </footer>
  );
}
