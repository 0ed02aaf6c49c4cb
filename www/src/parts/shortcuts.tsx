// Keys: one listener; their list is fetched when somebody asks for it. Single keys can be switched off for those who speak to their computer.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { recall } from "../memory.ts";
import { go, SCREENS } from "../route.ts";
import { later } from "./lazy.tsx";

export const shortcutsDialog = signal(false);
export const single = signal((recall("keys", ["on", "off"]) ?? "on") === "on");

/** Whether somebody writes where the key was pressed: the editor stands in a tree of its own, which only the path tells. */
const typing = (event: KeyboardEvent): boolean => {
  const [target] = event.composedPath();
  return (
    target instanceof HTMLElement &&
    target.closest(
      "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable=true]",
    ) !== null
  );
};

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
      if (!single.value || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
      if (document.querySelector("dialog[open]")) return;
      const find = document.getElementById("find");
      if (event.key === "/" && find) {
        event.preventDefault();
        find.focus();
      } else if (event.key === "?") {
        event.preventDefault();
        shortcutsDialog.value = true;
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

const List = later(
  async () => (await import("./asides.tsx")).KeysDialog,
  () => shortcutsDialog.value,
);

export function Shortcuts() {
  useKeys();
  return <List />;
}
