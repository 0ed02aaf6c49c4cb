// The rows of a long table that are in the page: those that are seen and a few around them. What is above and below
// is as high as it would be, so that the page is as long as the table. Rows may differ in height, and change it.
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";

/** Up to so many rows all of them are in the page. */
export const WHOLE = 100;
/** Rows beyond what is seen, in pixels above and below; also how far is scrolled before rows are exchanged. */
const MARGIN = 600;
/** How high a row is taken to be before one has been seen. */
const GUESS = 44;
/** What two heights may differ by that are the same, in pixels. */
const SAME = 0.5;

export interface Span {
  /** The rows from `first` up to `last`, without it. */
  first: number;
  last: number;
  /** Heights of what is left out, in pixels. */
  before: number;
  after: number;
}

/** The rows that lie, in whole or in part, between two heights; `heights` has those of all rows. */
export function spanOf(heights: readonly number[], top: number, bottom: number): Span {
  let y = 0;
  const span: Span = { first: heights.length, last: heights.length, before: 0, after: 0 };
  // Of ten thousand rows for each frame: no pair is made of each.
  let n = -1;
  for (const height of heights) {
    n += 1;
    const end = y + height;
    if (end > top && n < span.first && y < bottom) {
      span.first = n;
      span.before = y;
    }
    if (y >= bottom && n < span.last) {
      span.last = n;
      span.after = -y;
    }
    y = end;
  }
  // Scrolled past its end: nothing is seen.
  if (span.first === heights.length) return { ...span, last: heights.length, before: y, after: 0 };
  return { ...span, after: span.last < heights.length ? y + span.after : 0 };
}

/** The row of a table's body that has the focus. */
const focusedIn = (body: HTMLElement | null) =>
  body?.contains(document.activeElement)
    ? document.activeElement?.closest<HTMLElement>("[data-row]")
    : undefined;

/** Which of the rows with these keys are to be drawn into the body of a table. Each of their `tr` carries its key in
 *  `data-row`; a row may have several. `place` is what tells drawn rows apart: a row that comes into view is written into
 *  the elements of one that left it, for making new ones is half of what a frame takes. */
export function useWindow(keys: readonly string[]): {
  ref: { current: HTMLTableSectionElement | null };
  span: Span;
  place: (n: number) => number;
} {
  const ref = useRef<HTMLTableSectionElement>(null);
  const known = useRef(new Map<string, number>());
  /** How high a row is taken to be that has not been seen. */
  const usual = useRef(GUESS);
  /** Counts how often a row was found to be of another height than it was taken to be. */
  const moves = useRef(0);
  const seen = useRef({ top: 0, bottom: 2 * MARGIN });
  const [, draw] = useReducer((n: number, _: undefined) => n + 1, 0);
  const paper = useRef(false);
  /** The most rows that were in the page at once. */
  const places = useRef(1);
  /** The row in which the focus was last. */
  const focused = useRef<string | undefined>(undefined);
  const windowed = keys.length > WHOLE;

  useEffect(() => {
    if (!windowed) return;
    const look = () => {
      const box = ref.current?.getBoundingClientRect();
      if (!box) return;
      const [top, bottom] = [-box.top, innerHeight - box.top];
      // Most of scrolling moves within what is drawn already.
      if (
        Math.abs(top - seen.current.top) < MARGIN / 2 &&
        Math.abs(bottom - seen.current.bottom) < MARGIN / 2
      )
        return;
      seen.current = { top, bottom };
      draw(undefined);
    };
    const toPaper = (on: boolean) => () => {
      paper.current = on;
      draw(undefined);
    };
    const [begin, end] = [toPaper(true), toPaper(false)];
    const body = ref.current;
    const focus = () => {
      focused.current = focusedIn(body)?.dataset.row;
    };
    look();
    body?.addEventListener("focusin", focus);
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      body?.removeEventListener("focusin", focus);
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, [windowed]);

  useLayoutEffect(() => {
    const body = ref.current;
    if (!windowed || paper.current || !body) return;
    // The row with the focus has left, and another stands in its elements.
    const row = focusedIn(body);
    if (row && row.dataset.row !== focused.current) (document.activeElement as HTMLElement).blur();
    const drawn = [...body.querySelectorAll<HTMLElement>("tr[data-row]")];
    const [top, end] = [drawn[0], drawn.at(-1)].map((row) => row?.getBoundingClientRect());
    // Asked once for all: mostly every row is as high as it was taken to be.
    if (!top || !end || Math.abs(end.bottom - top.top - high) < SAME) return;
    const heights = new Map<string, number>();
    for (const row of drawn) {
      const key = row.dataset.row ?? "";
      heights.set(key, (heights.get(key) ?? 0) + row.getBoundingClientRect().height);
    }
    let moved = false;
    for (const [key, height] of heights) {
      const was = known.current.get(key);
      if (was !== undefined && Math.abs(was - height) < SAME) continue;
      known.current.set(key, height);
      // Most rows that are seen for the first time are as high as they were taken to be: nothing is drawn anew for them.
      if (was !== undefined || Math.abs(usual.current - height) >= SAME) moved = true;
    }
    if (!moved) return;
    const sorted = [...known.current.values()].sort((a, b) => a - b);
    usual.current = sorted[Math.floor(sorted.length / 2)] ?? GUESS;
    moves.current += 1;
    draw(undefined);
  });

  // They stay what they are until a row has moved.
  const heights = useMemo(
    () => (windowed ? keys.map((key) => known.current.get(key) ?? usual.current) : []),
    [keys, windowed, moves.current],
  );
  const span =
    windowed && !paper.current
      ? spanOf(heights, seen.current.top - MARGIN, seen.current.bottom + MARGIN)
      : { first: 0, last: keys.length, before: 0, after: 0 };
  const high = heights.slice(span.first, span.last).reduce((sum, one) => sum + one, 0);
  places.current = Math.max(places.current, span.last - span.first);
  return { ref, span, place: (n) => n % places.current };
}
