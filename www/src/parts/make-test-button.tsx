// The button on a statement that makes a test from its payee; what it needs is fetched when it is pressed.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { spoken, t } from "../i18n.ts";
import { tell } from "../state.ts";

const dialog = signal<ComponentType | null>(null);

export function MakeTest({ payee, period }: { payee: string; period: string }) {
  const Shown = dialog.value;
  return (
    <>
      <button
        type="button"
        class="quiet"
        id="make-test"
        onClick={() =>
          spoken(import("./make-test.tsx")).then(({ MadeTests, showMade }) => {
            dialog.value = MadeTests;
            showMade(payee, period);
          }, tell)
        }
      >
        {t("make_test")}
      </button>
      {Shown && <Shown />}
    </>
  );
}
