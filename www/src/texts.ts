// Longer texts that outlive a visit, such as drafts of scripts.
import { KEY } from "./memory.ts";

/** Keeps a text on this device; `false` where the browser refuses. */
export function keep(name: string, text: string): boolean {
  try {
    localStorage.setItem(KEY + name, text);
    return true;
  } catch {
    return false;
  }
}

/** A text that was kept, or nothing. */
export function recallText(name: string): string | null {
  try {
    return localStorage.getItem(KEY + name);
  } catch {
    return null;
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(KEY + name);
  } catch {
    // Nothing was kept.
  }
}

/** Hears of what another window of this page keeps or forgets, by its name. */
export function hear(changed: (name: string) => void): void {
  if (typeof addEventListener !== "function") return;
  addEventListener("storage", ({ key }) => {
    if (key?.startsWith(KEY)) changed(key.slice(KEY.length));
  });
}

/** Runs when the page is left, or may not come back: a phone says no more than that it is hidden. */
export function onLeaving(run: () => void): void {
  if (typeof addEventListener !== "function") return;
  addEventListener("pagehide", run);
  addEventListener("visibilitychange", run);
}

/** The names of what is kept that begin so. */
export function keptNames(start: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(KEY + start))
      .map((name) => name.slice(KEY.length));
  } catch {
    return [];
  }
}
