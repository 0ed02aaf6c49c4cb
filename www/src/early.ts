// What Plan and its links show before the engine has opened anything: the scripts of the sample, to be read. They are the
// same files that the engine brings. Where something else may come in their place nothing is shown early.
import { computed } from "@preact/signals";
import { current, here, keptAny, scripts } from "./drafts.ts";
import { opened, opensSample } from "./state.ts";
import type { Draft } from "./types.ts";

const files = import.meta.glob<string>("../../examples/sample/rules/*.rhai", {
  query: "?raw",
  import: "default",
  eager: true,
});
/** In the order and by the paths of the engine. */
export const SAMPLE: Draft[] = Object.entries(files)
  .map(([path, text]) => ({ file: path.replace(/^.*\/sample\//, ""), text }))
  .sort((a, b) => (a.file < b.file ? -1 : 1));

const early = computed<Draft[]>(() =>
  // A draft changes the texts: who has one is not shown them without it first.
  (opened.value ? opened.value.sample : opensSample()) && !keptAny() ? SAMPLE : [],
);

/** The scripts that are shown: as they stand, or as they will stand in a moment. */
export const shown = computed<Draft[]>(() => (here.value ? current.value : early.value));
export const shownText = (file: string): string | undefined =>
  shown.value.find((one) => one.file === file)?.text;

/** The script that is asked for, else the first that declares a plan. */
export function chosen(asked: string | undefined): string {
  const all = shown.value;
  if (all.some(({ file }) => file === asked)) return asked ?? "";
  const plan = here.value
    ? scripts.value.find((one) => one.plans.length > 0)
    : all.find(({ text }) => /^plan\(/m.test(text));
  return plan?.file ?? all[0]?.file ?? "";
}
