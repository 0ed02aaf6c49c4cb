// Two windows with the same scripts open: what each changed goes together script by script.
import type { Texts } from "./history.ts";

export interface Merged {
  texts: Texts;
  /** Scripts that were changed here and there, to different texts: the one here stays. */
  both: string[];
}

/** What is `mine` here and `theirs` there, each changed from what both began with. A script that is not in one of them is as
 *  opened there. */
export function merge(base: Texts, mine: Texts, theirs: Texts): Merged {
  const texts: Texts = {};
  const both: string[] = [];
  for (const file of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const [was, here, there] = [base[file], mine[file], theirs[file]];
    if (here !== was && there !== was && here !== there) both.push(file);
    const text = here === was ? there : here;
    if (text !== undefined) texts[file] = text;
  }
  return { texts, both };
}
