// The places of what stands closed at first: it is in the page before anybody opens it, but comes after the payout.
import { computed, signal } from "@preact/signals";
import { spoken, t } from "../i18n.ts";

type Details = typeof import("./details.tsx");
const here = signal<Details | null>(null);
const reason = signal("");
let asked: Promise<void> | null = null;

/** True as long as nobody knows whether they can be had. */
export const coming = computed(() => !here.value && !reason.value);

export function fetchDetails(): Promise<void> {
  asked ??= spoken(import("./details.tsx")).then(
    (all) => {
      here.value = all;
    },
    (error: unknown) => {
      asked = null;
      reason.value = error instanceof Error ? error.message : String(error);
    },
  );
  return asked;
}

/** Stands in the place of what could not be fetched. */
const Missing = () =>
  reason.value ? (
    <p>
      {t("screen_failed", { reason: reason.value })}{" "}
      <button type="button" class="quiet" onClick={fetchDetails}>
        {t("try_again")}
      </button>
    </p>
  ) : null;

/** One of them, as soon as it is here. */
export const detail = <K extends keyof Details>(name: K): Details[K] =>
  here.value?.[name] ?? (Missing as Details[K]);
