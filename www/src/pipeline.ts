// The open deals of the payee: what each would pay, and which of them are taken into the what-if.
import { computed, effect, signal } from "@preact/signals";
import { latest } from "./engine.ts";
import { payeeId, periodLabel } from "./route.ts";
import { engine, opened, view } from "./state.ts";
import type { OpenDeal, Pipeline } from "./types.ts";

export const pipeline = signal<Pipeline | null>(null);
const ticked = signal<ReadonlySet<string>>(new Set());

export const isTicked = (deal: OpenDeal): boolean => ticked.value.has(deal.id);
/** The open deals that are ticked, in the order of the list. */
export const taken = computed<OpenDeal[]>(() => (pipeline.value?.deals ?? []).filter(isTicked));

export function tick(deal: OpenDeal, on: boolean): void {
  const next = new Set(ticked.value);
  if (on) next.add(deal.id);
  else next.delete(deal.id);
  ticked.value = next;
}
export const untick = (): void => {
  ticked.value = new Set();
};

const asking = latest(
  (who: string, when: string) => engine().call("pipeline", who, when),
  (answer) => {
    pipeline.value = answer;
  },
  () => {
    // What stands against it stands against the statement too, which says so.
    pipeline.value = null;
  },
);

/** Keeps the list in step with who and when is looked at; the statement comes first. */
export function watchPipeline(): void {
  effect(() => {
    void [payeeId.value, periodLabel.value, opened.value];
    asking.drop();
    pipeline.value = null;
    untick();
  });
  effect(() => {
    const s = view.value?.statement;
    if (s) asking.ask(s.payee.id, s.period.label);
  });
}
