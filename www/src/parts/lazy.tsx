// A screen whose code is fetched when it is first looked at, so that the others do not carry it.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { focusOn } from "../focus.ts";
import { spoken, t } from "../i18n.ts";

type State = { at: "waiting" } | { at: "here"; screen: ComponentType } | { at: "failed"; reason: string };

/** A component that stands in for the screen until it is here; what does not load is asked for again by a press. */
export function lazy(load: () => Promise<ComponentType>): ComponentType {
  const state = signal<State | null>(null);
  const fetchIt = () => {
    state.value = { at: "waiting" };
    spoken(load()).then(
      (screen) => {
        // What stood for the screen may have the focus, and leaves now.
        const had = document.activeElement?.id === "main";
        state.value = { at: "here", screen };
        if (had) focusOn("#main");
      },
      (error: unknown) => {
        state.value = { at: "failed", reason: error instanceof Error ? error.message : String(error) };
      },
    );
  };
  return function Lazy() {
    if (state.peek() === null) fetchIt();
    const now = state.value;
    if (now?.at === "here") return <now.screen />;
    return (
      <main id="main" tabIndex={-1}>
        <div class="card wait">
          {now?.at === "failed" ? (
            <>
              <p role="alert">{t("screen_failed", { reason: now.reason })}</p>
              <p class="buttons">
                <button type="button" class="quiet" onClick={fetchIt}>
                  {t("try_again")}
                </button>
              </p>
            </>
          ) : (
            <p role="status">{t("screen_loading")}</p>
          )}
        </div>
      </main>
    );
  };
}

/** A part that is fetched when it is first wanted, and stays. */
export function later(load: () => Promise<ComponentType>, wanted: () => boolean): ComponentType {
  const here = signal<ComponentType | null>(null);
  const reason = signal("");
  let asked = false;
  const fetchIt = async () => {
    asked = true;
    try {
      here.value = await spoken(load());
    } catch (error) {
      asked = false;
      reason.value = error instanceof Error ? error.message : String(error);
    }
  };
  return function Later() {
    const now = wanted();
    useEffect(() => {
      if (now && !asked) void fetchIt();
    }, [now]);
    const Shown = here.value;
    if (Shown) return <Shown />;
    return now && reason.value ? (
      <p class="card wait" role="alert">
        {t("screen_failed", { reason: reason.value })}
      </p>
    ) : null;
  };
}
