// Where a visitor is, kept in the fragment of the address: the screen, who and when is looked at, and what else
// the screen keeps there: `#/pay?payee=ann&period=2026-03`. The fragment is never sent to a server, and the
// browser's Back walks through what was looked at.
import { computed, signal } from "@preact/signals";

/** The screens, in the order of their tabs and of their keys. */
export const SCREENS = ["pay", "plan", "tests", "compare", "about"] as const;
export type Screen = (typeof SCREENS)[number];

export interface Route {
  screen: Screen;
  payee: string;
  period: string;
  /** What a screen keeps of its own (a file, a line, a filter); a change of screen leaves it behind. */
  more: Record<string, string>;
}

export function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const { payee = "", period = "", ...more } = Object.fromEntries(new URLSearchParams(query));
  return { screen: SCREENS.find((one) => one === path) ?? "pay", payee, period, more };
}

export const write = ({ screen, payee, period, more }: Route): string =>
  `#/${screen}?${new URLSearchParams({ payee, period, ...more }).toString()}`;

export const route = signal<Route>({ screen: "pay", payee: "", period: "", more: {} });

// Each part by itself: what depends on the payee does not hear of a change of screen.
export const screen = computed(() => route.value.screen);
export const payeeId = computed(() => route.value.payee);
export const periodLabel = computed(() => route.value.period);

/** The address of a screen for the same payee and period. */
export const to = (next: Screen, more: Record<string, string> = {}): string =>
  write({ ...route.value, screen: next, more });

/** Goes to another place; `replace` where no step Back should lead to what was before. */
export function go(next: Partial<Route>, replace = false): void {
  const whole = { ...route.peek(), ...next };
  route.value = whole;
  if (replace) history.replaceState(null, "", write(whole));
  else history.pushState(null, "", write(whole));
}

/** Follows the address: Back, Forward, a link, a changed fragment. */
export function follow(changed: (asked: Route) => void): void {
  const hear = () => changed(parse(location.hash));
  addEventListener("popstate", hear);
}
