// Where the focus goes when what had it leaves the page: else it would fall to the body, and the next Tab would begin at
// the top.

/** When the page may have been drawn anew, in milliseconds from now. */
const TURNS = [0, 20, 60];

/** Once what has the focus has left the page: moves it to the first of `selectors` that is there and can be seen. */
export function focusOn(...selectors: string[]): void {
  const look = ([turn, ...later]: number[]) => {
    if (turn === undefined) return;
    setTimeout(() => {
      const has = document.activeElement;
      if (has && has !== document.body) return look(later);
      const seen = selectors
        .map((selector) => document.querySelector<HTMLElement>(selector))
        .find((one) => one && one.getClientRects().length > 0);
      if (seen) seen.focus();
      else look(later);
    }, turn);
  };
  look(TURNS);
}
