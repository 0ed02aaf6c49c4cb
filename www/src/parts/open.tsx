// Opening one's own data: a dialog with two choosers, and dropping files or a whole folder anywhere on the page.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chosen, dropped } from "../files.ts";
import { t } from "../i18n.ts";
import { forgetAll, keeps, notKept, openFiles, reading, setKeeps, tell } from "../state.ts";
import { Dialog } from "./dialog.tsx";

export const openDialog = signal(false);
const over = signal(false);

function Chooser({ folder }: { folder: boolean }) {
  return (
    <label class={folder ? "file quiet" : "file action"}>
      {folder ? t("open_folder") : t("open_files")}
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

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** Takes drops anywhere. Without it the browser would leave the page to show the dropped file. */
function useDrop(): void {
  useEffect(() => {
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent) => {
      over.value = false;
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      openDialog.value = false;
      dropped(event.dataTransfer).then(openFiles).catch(tell);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragover", enter);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragover", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
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
        {t("keep_files")}
      </label>
      <p class="muted small">{t("keep_lead")}</p>
      {notKept.value && (
        <p class="wrong" role="status">
          {t("not_kept")}
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
        {t("forget")}
      </button>
      <p class="muted small">{t("forget_lead")}</p>
    </div>
  );
}

export function Open() {
  useDrop();
  return (
    <>
      <Dialog open={openDialog} title={t("open_title")}>
        <div class="drop-area">
          <p class="lead">{t("open_lead")}</p>
          <p class="buttons">
            <Chooser folder={false} />
            <Chooser folder />
          </p>
        </div>
        <p class="muted">{t("open_takes")}</p>
        <p class="muted">{t("privacy")}</p>
        <Keeping />
      </Dialog>
      <div class={over.value ? "drop-veil on" : "drop-veil"} aria-hidden="true">
        {over.value && <p>{t("open_drop")}</p>}
      </div>
      <p class="visually-hidden" role="status">
        {reading.value && t("open_reading", { file: reading.value })}
      </p>
    </>
  );
}
