// Opening one's own data: dropping files or a whole folder anywhere on the page. The dialog with the choosers is
// fetched when it is opened.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n.ts";
import { opening, reading, tell } from "../state.ts";
import { later } from "./lazy.tsx";

export const openDialog = signal(false);
const over = signal(false);

const Opening = later(
  async () => (await import("./asides.tsx")).OpenDialog,
  () => openDialog.value,
);

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
      // Taken out before the first wait: the browser empties the list.
      const all = [...event.dataTransfer.items]
        .filter((item) => item.kind === "file")
        .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
      opening()
        .then((one) => one.openDropped(all))
        .catch(tell);
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

export function Open() {
  useDrop();
  return (
    <>
      <Opening />
      <div class={over.value ? "drop-veil" : ""} aria-hidden="true">
        {over.value && <p>{t("open_drop")}</p>}
      </div>
      <p class={reading.value ? "reading" : "visually-hidden"} role="status">
        {reading.value && t("open_reading", { file: reading.value })}
      </p>
    </>
  );
}
