// Who and when, kept in the fragment of the address: `#/pay?payee=ann&period=2026-03`. The fragment is never sent
// to a server, and the browser's Back walks through what was looked at.
import { signal } from "@preact/signals";

export interface Route {
  payee: string;
  period: string;
}

export function parse(hash: string): Route {
  const query = new URLSearchParams(hash.split("?")[1] ?? "");
  return { payee: query.get("payee") ?? "", period: query.get("period") ?? "" };
}

export const write = ({ payee, period }: Route): string =>
  `#/pay?${new URLSearchParams({ payee, period }).toString()}`;

export const route = signal<Route>({ payee: "", period: "" });

/** Goes to a payee and period; `replace` where no step Back should lead to what was before. */
export function go(next: Route, replace = false): void {
  route.value = next;
  if (replace) history.replaceState(null, "", write(next));
  else history.pushState(null, "", write(next));
}

/** Follows the address: Back, Forward, a link, a changed fragment. */
export function follow(changed: (asked: Route) => void): void {
  const hear = () => changed(parse(location.hash));
  addEventListener("popstate", hear);
}
