// Keys: one list, one listener. Single keys can be switched off for those who speak to their computer.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n.ts";
import { recall, remember } from "../memory.ts";
import { go, SCREENS } from "../route.ts";
import { Dialog } from "./dialog.tsx";

export const shortcutsDialog = signal(false);
const single = signal((recall("keys", ["on", "off"]) ?? "on") === "on");

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input:not([type=range]):not([type=checkbox]), textarea, select") !== null;

function useKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      // By the key's place: with Alt it may write another sign.
      const screen = SCREENS[Number(/^Digit([1-9])$/.exec(event.code)?.[1]) - 1];
      if (
        screen &&
        event.altKey &&
        !event.ctrlKey &&
        !event.metaKey &&
        !document.querySelector("dialog[open]")
      ) {
        event.preventDefault();
        go({ screen, more: {} });
        return;
      }
      if (!single.value || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "/") {
        event.preventDefault();
        document.getElementById("find")?.focus();
      } else if (event.key === "?") {
        event.preventDefault();
        shortcutsDialog.value = true;
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

/** The keys with what they do, and the switch for single ones. */
export function Keys() {
  const command = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
  const list: [string[], string][] = [
    [["Alt 1", "…", `Alt ${SCREENS.length}`], t("shortcut_screens")],
    [["/"], t("shortcut_find")],
    [["?"], t("shortcut_help")],
    [["←", "→"], t("shortcut_range")],
    [["Page Up", "Page Down"], t("shortcut_page")],
    [["Home", "End"], t("shortcut_ends")],
    [[`${command} Enter`], t("shortcut_tests")],
    [[`${command} S`], t("shortcut_save")],
    [["F8", "Shift F8"], t("shortcut_problem")],
    [["Ctrl Space"], t("shortcut_complete")],
    [["Esc"], t("shortcut_escape")],
    [[`${command} P`], t("shortcut_print")],
  ];
  return (
    <>
      <dl class="keys">
        {list.map(([keys, what]) => (
          <div key={what}>
            <dt dir="ltr">
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={single.value}
          onChange={(event) => {
            single.value = event.currentTarget.checked;
            remember("keys", single.value ? "on" : "off");
          }}
        />
        {t("shortcut_single")}
      </label>
    </>
  );
}

export function Shortcuts() {
  useKeys();
  return (
    <Dialog open={shortcutsDialog} title={t("shortcuts")}>
      <Keys />
    </Dialog>
  );
}
