// The list of keys, and the dialog that shows it.
import { t } from "../i18n.ts";
import { remember } from "../memory.ts";
import { SCREENS } from "../route.ts";
import { o } from "../words/open.ts";
import { Dialog } from "./dialog.tsx";
import { shortcutsDialog, single } from "./shortcuts.tsx";

/** The keys with what they do, and the switch for single ones. */
export function Keys() {
  const command = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";
  const list: [string[], string][] = [
    [["Alt 1", "…", `Alt ${SCREENS.length}`], o("shortcut_screens")],
    [["/"], o("shortcut_find")],
    [["?"], o("shortcut_help")],
    [["←", "→"], o("shortcut_range")],
    [["Page Up", "Page Down"], o("shortcut_page")],
    [["Home", "End"], o("shortcut_ends")],
    [[`${command} Enter`], o("shortcut_tests")],
    [[`${command} S`], o("shortcut_save")],
    [["F8", "Shift F8"], o("shortcut_problem")],
    [["Ctrl Space"], o("shortcut_complete")],
    [["Esc"], o("shortcut_escape")],
    [[`${command} P`], o("shortcut_print")],
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
        {o("shortcut_single")}
      </label>
    </>
  );
}

export function KeysDialog() {
  return (
    <Dialog open={shortcutsDialog} title={t("shortcuts")}>
      <Keys />
    </Dialog>
  );
}
