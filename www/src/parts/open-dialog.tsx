// The dialog that opens one's own data, and what this browser keeps of it.
import { useEffect, useState } from "preact/hooks";
import { chosen, type Found, pasted, project } from "../files.ts";
import { t } from "../i18n.ts";
import { forgetAll, notKept, openFiles, setKeeps } from "../opening.ts";
import { keeps } from "../state.ts";
import { o } from "../words/open.ts";
import { Dialog } from "./dialog.tsx";
import { openDialog } from "./open.tsx";

function Chooser({ folder }: { folder: boolean }) {
  return (
    <label class={folder ? "file quiet" : "file action"}>
      {folder ? o("open_folder") : o("open_files")}
      <input
        type="file"
        multiple
        id={folder ? "choose-folder" : "choose-files"}
        ref={(element) => {
          if (folder && element) element.webkitdirectory = true;
        }}
        onChange={(event) => {
          const list = event.currentTarget.files;
          openDialog.value = false;
          if (list?.length) void openFiles(chosen(list));
        }}
      />
    </label>
  );
}

/** Takes cells of a spreadsheet, or a file, that are pasted anywhere in the dialog; by a button where there are no keys. */
function Paste() {
  const [said, setSaid] = useState<"" | "paste_empty" | "paste_refused">("");
  const take = (found: Found[], text: string) => {
    const all = found.length > 0 || text.trim() === "" ? found : [pasted(text)];
    if (all.length === 0) return setSaid("paste_empty");
    openDialog.value = false;
    void openFiles(all);
  };
  useEffect(() => {
    const hear = (event: ClipboardEvent) => {
      const data = event.clipboardData;
      if (!data) return;
      event.preventDefault();
      // Beside the cells some put a picture of them.
      take(project(chosen(data.files)), data.getData("text/plain"));
    };
    addEventListener("paste", hear);
    return () => removeEventListener("paste", hear);
  }, []);
  const keys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘V" : "Ctrl+V";
  return (
    <>
      <p>{o("paste_lead", { keys })}</p>
      <p class="buttons">
        <button
          type="button"
          class="quiet"
          id="paste"
          onClick={() =>
            // Not there at all where the page came without encryption.
            Promise.resolve(navigator.clipboard?.readText()).then(
              (text) => (text === undefined ? setSaid("paste_refused") : take([], text)),
              () => setSaid("paste_refused"),
            )
          }
        >
          {o("paste")}
        </button>
        <span role="status">{said && o(said, { keys })}</span>
      </p>
    </>
  );
}

/** Keeping files in this browser, off until it is asked for, and forgetting all of them. */
export function Keeping() {
  return (
    <div class="keeping">
      <label class="check">
        <input
          type="checkbox"
          checked={keeps.value}
          onChange={(event) => setKeeps(event.currentTarget.checked)}
        />
        {o("keep_files")}
      </label>
      <p class="muted small">{o("keep_lead")}</p>
      {notKept.value && (
        <p class="wrong" role="status">
          {o("not_kept")}
        </p>
      )}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          openDialog.value = false;
          void forgetAll();
        }}
      >
        {o("forget")}
      </button>
      <p class="muted small">{o("forget_lead")}</p>
    </div>
  );
}

export function OpenDialog() {
  return (
    <Dialog open={openDialog} title={o("open_title")}>
      <div class="drop-area">
        <p class="lead">{o("open_lead")}</p>
        <p class="buttons">
          <Chooser folder={false} />
          <Chooser folder />
        </p>
        <Paste />
      </div>
      <p class="muted">{o("open_takes")}</p>
      <p class="muted">{t("privacy")}</p>
      <Keeping />
    </Dialog>
  );
}
