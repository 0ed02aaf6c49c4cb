// Where the page begins: puts the screen up, then loads the engine and fills it.
import wasmUrl from "earnmark-wasm?url";
import { effect } from "@preact/signals";
import { render } from "preact";
import { dir, lang, period, t } from "./i18n.ts";
import { Notice } from "./parts/findings.tsx";
import { Banner, Header } from "./parts/header.tsx";
import { Open } from "./parts/open.tsx";
import { Shortcuts } from "./parts/shortcuts.tsx";
import { PayScreen } from "./screens/pay.tsx";
import { boot, view } from "./state.ts";
import "./styles.css";
import "./styles/layout.css";
import "./styles/dialog.css";
import "./styles/cards.css";
import "./styles/charts.css";
import "./styles/whatif.css";
import "./styles/notice.css";
import "./styles/statement.css";
// Last: paper overrules the screen.
import "./styles/print.css";
import { watch } from "./whatif.ts";

function App() {
  return (
    <>
      <header class="screen">
        <Header />
        <Banner />
      </header>
      <Notice />
      <PayScreen />
      <Open />
      <Shortcuts />
    </>
  );
}

effect(() => {
  const root = document.documentElement;
  root.lang = lang.value;
  root.dir = dir.value;
  const s = view.value?.statement;
  const place = s
    ? t("title", { payee: s.payee.name || s.payee.id, period: period(s.period.label, s.period) })
    : "";
  document.title = place ? `${place} · ${t("product")}` : t("product");
});

const app = document.getElementById("app");
if (app) {
  app.replaceChildren();
  render(<App />, app);
  watch();
  void boot(new URL(wasmUrl, document.baseURI).href);
}
