// What outlives a visit: a few choices (language, digits, theme, shortcuts). A browser may refuse storage; the page then
// works and forgets.

export const KEY = "earnmark.";

/** What was chosen, if it is one of `allowed`. */
export function recall<T extends string>(name: string, allowed: readonly T[]): T | null {
  try {
    const found = localStorage.getItem(KEY + name);
    return allowed.find((value) => value === found) ?? null;
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(KEY + name, value);
  } catch {
    // Refused or full: the choice holds until the page is closed.
  }
}
