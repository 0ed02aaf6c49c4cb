// Where the page begins: puts the screen up, then loads the engine and fills it.
import wasmUrl from "earnmark-wasm?url";
import { effect } from "@preact/signals";
import { type ComponentType, render } from "preact";
import { focusOn } from "./focus.ts";
import { day, dir, lang, loadArabic, period, setLang, t } from "./i18n.ts";
import { fetchDetails } from "./parts/detail.tsx";
import { Banner, Header } from "./parts/header.tsx";
import { later, lazy } from "./parts/lazy.tsx";
import { Open } from "./parts/open.tsx";
import { Shortcuts } from "./parts/shortcuts.tsx";
import { Status } from "./parts/status.tsx";
import { type Screen, screen } from "./route.ts";
import { PayScreen } from "./screens/pay.tsx";
import { answered, boot, followAddress, mappingDialog, notice, opened, view } from "./state.ts";
import "./styles.css";
import "./styles/layout.css";
import "./styles/cards.css";
import "./styles/charts.css";
import "./styles/whatif.css";
import "./styles/statement.css";
import { watchPipeline } from "./pipeline.ts";
import { watch } from "./whatif.ts";

/** The first screen comes with the page, each of the others when it is first looked at. */
const SCREEN: Record<Screen, ComponentType> = {
  pay: PayScreen,
  plan: lazy(async () => (await import("./screens/plan.tsx")).PlanScreen),
  tests: lazy(async () => (await import("./screens/tests.tsx")).TestsScreen),
  compare: lazy(async () => (await import("./screens/compare.tsx")).CompareScreen),
  about: lazy(async () => (await import("./screens/about.tsx")).AboutScreen),
};

const Notice = later(
  async () => (await import("./parts/asides.tsx")).Notice,
  () => notice.value !== null,
);
const Mapping = later(
  async () => (await import("./parts/asides.tsx")).Mapping,
  () => mappingDialog.value,
);

function App() {
  const Shown = SCREEN[screen.value];
  return (
    <>
      <header class="screen">
        <Header />
        <Banner />
        <Status />
      </header>
      <Notice />
      <Shown />
      <Open />
      <Mapping />
      <Shortcuts />
    </>
  );
}

effect(() => {
  const root = document.documentElement;
  root.lang = lang.value;
  root.dir = dir.value;
  root.dataset.screen = screen.value;
  const s = view.value?.statement;
  const pay =
    s && t("title", { payee: s.payee.name || s.payee.id, period: period(s.period.label, s.period) });
  const place = screen.value === "pay" ? pay : t(`tab_${screen.value}`);
  document.title = place ? `${place} · ${t("product")}` : t("product");
});

// Another screen begins at its top, and takes the focus of a link that left with the one before.
effect(() => {
  void screen.value;
  scrollTo(0, 0);
  if (opened.peek()) focusOn("#main");
});

async function start(app: HTMLElement): Promise<void> {
  followAddress();
  // The engine is fetched meanwhile; a page in the wrong language first would be read twice.
  if (lang.value === "ar") await loadArabic().catch(() => void setLang("en"));
  app.replaceChildren();
  render(<App />, app);
  watch();
  watchPipeline();
  // The first date that is written takes a while: it is written while the engine is fetched.
  setTimeout(() => day("2026-01-01"));
  await boot(new URL(wasmUrl, document.baseURI).href);
  await answered();
  // The payout is drawn first.
  setTimeout(async () => {
    await fetchDetails();
    await (await import("./copy.ts")).keepOffline();
  });
}

const app = document.getElementById("app");
if (app) void start(app);
