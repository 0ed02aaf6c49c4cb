// The bar at the top: name, own data, language, digits, theme, help; and below it where the data is.
import { COMPANY } from "../example.ts";
import { focusOn } from "../focus.ts";
import { digits, lang, setDigits, setLang, t } from "../i18n.ts";
import { counts, opened, openSample, opensSample, phase, served } from "../state.ts";
import { nextTheme, theme } from "../theme.ts";
import { openDialog } from "./open.tsx";
import { shortcutsDialog } from "./shortcuts.tsx";
import { Tabs } from "./tabs.tsx";

/** Which digits Arabic is written with; on a phone it stands at the end of the page. */
export function DigitsSwitch() {
  return (
    <button
      type="button"
      class="plain digits"
      aria-pressed={digits.value === "arab"}
      aria-label={`${t("digits")} ${t("digits_label")}`}
      title={t("digits_label")}
      onClick={() => setDigits(digits.value === "arab" ? "latn" : "arab")}
    >
      {t("digits")}
    </button>
  );
}

export function Header() {
  const arabic = lang.value === "ar";
  return (
    <div class="top">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {t("skip")}
      </button>
      <p class="brand">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M7 23h5v-5h6v-5h7V8" />
        </svg>
        {t("product")}
      </p>
      <Tabs />
      <div class="tools">
        {arabic && <DigitsSwitch />}
        <button
          type="button"
          class="plain"
          lang={arabic ? "en" : "ar"}
          id="language"
          onClick={() => void setLang(arabic ? "en" : "ar")}
        >
          {t("language")}
        </button>
        <button
          type="button"
          class="plain icon"
          id="theme"
          aria-label={t("theme", { theme: t(`theme_${theme.value}`) })}
          title={t("theme", { theme: t(`theme_${theme.value}`) })}
          onClick={nextTheme}
        >
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5" />
            {theme.value !== "light" && (
              <path
                d={theme.value === "dark" ? "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14" : "M10 3a7 7 0 0 1 0 14z"}
                fill="currentColor"
              />
            )}
          </svg>
        </button>
        <button
          type="button"
          class="plain icon"
          id="help"
          aria-label={t("shortcuts")}
          title={t("shortcuts")}
          onClick={() => {
            shortcutsDialog.value = true;
          }}
        >
          ?
        </button>
        <button
          type="button"
          class="action"
          id="open"
          onClick={() => {
            openDialog.value = true;
          }}
        >
          {t("open")}
        </button>
      </div>
    </div>
  );
}

/** Said of the sample while the engine starts, and where it does not, if nothing else will be opened: the scripts that Plan shows
 *  are the sample's. Else its room, so that what stands below does not move when it is known. */
function Sample({ certain }: { certain: boolean }) {
  const room = certain ? "" : "reserved";
  return (
    <>
      <strong class={`tag ${room}`}>{t("sample")}</strong>
      <span class={room}>{t("sample_of", { company: COMPANY })}</span>
      <span class="counts reserved" />
    </>
  );
}

export function Banner() {
  const now = opened.value;
  return (
    <div class="banner">
      <div class="banner-text">
        {!now && (opensSample() || phase.value === "loading") && <Sample certain={opensSample()} />}
        {now && (
          <>
            <strong class="tag">{now.sample ? t("sample") : t("own_data")}</strong>
            <span>{now.sample ? t("sample_of", { company: now.company }) : <bdi>{now.company}</bdi>}</span>
            <span class="muted counts">{counts().join(" · ")}</span>
          </>
        )}
        {now && now.left_out > 0 && <strong class="flag bad">{t("incomplete", { n: now.left_out })}</strong>}
        {now && !now.sample && served.value && <span>{t("served")}</span>}
        <span class="privacy">{t("privacy")}</span>
        {now && !now.sample && served.value?.ledger && <span class="ledger">{t("served_ledger")}</span>}
      </div>
      {now && !now.sample && (
        <button type="button" class="quiet" onClick={() => void openSample().then(() => focusOn("#main"))}>
          {t("back_to_sample")}
        </button>
      )}
    </div>
  );
}
