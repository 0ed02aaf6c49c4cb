// Light, dark, or as the device says. The colours themselves are `light-dark()` pairs of the style sheet.
import { effect, signal } from "@preact/signals";
import { recall, remember } from "./memory.ts";

const ALL = ["system", "light", "dark"] as const;
export type Theme = (typeof ALL)[number];

export const theme = signal<Theme>(recall("theme", ALL) ?? "system");

export function nextTheme(): void {
  // From "as the device" the first press goes to the other look, so that every press is seen to do something.
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const order: Theme[] = dark ? ["system", "light", "dark"] : ["system", "dark", "light"];
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? "system";
  remember("theme", theme.value);
}

effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});
