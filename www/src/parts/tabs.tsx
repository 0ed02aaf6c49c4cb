// The screens as links: in the bar at the top, on a phone in a bar at the bottom.
import { t } from "../i18n.ts";
import { SCREENS, type Screen, screen, to } from "../route.ts";

const ICONS: Record<Screen, string> = {
  pay: "M3 5.5h14v9H3z M12.5 10h2",
  plan: "M7 5L2.5 10L7 15 M13 5l4.5 5L13 15",
  tests: "M3.5 10.5l4 4L16.5 5",
  compare: "M6.5 3v14 M13.5 3v14 M3 7h7 M10 13h7",
  about: "M10 9v5.5 M10 5.5v1",
};

export function Tabs() {
  return (
    <nav class="tabs" aria-label={t("screens")}>
      {SCREENS.map((one) => (
        <a key={one} href={to(one)} aria-current={one === screen.value ? "page" : undefined}>
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path
              d={ICONS[one]}
              fill="none"
              stroke="currentColor"
              stroke-width="1.75"
              stroke-linecap="round"
            />
          </svg>
          {t(`tab_${one}`)}
        </a>
      ))}
    </nav>
  );
}
