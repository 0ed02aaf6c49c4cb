// A dialog: the browser's own, so that focus stays inside, Escape closes it and focus goes back.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n.ts";
import "../styles/dialog.css";

interface Props {
  open: Signal<boolean>;
  title: string;
  children: ComponentChildren;
}

export function Dialog({ open, title, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const shown = open.value;
  useEffect(() => {
    const dialog = ref.current;
    if (shown && dialog && !dialog.open) dialog.showModal();
    if (!shown && dialog?.open) dialog.close();
  }, [shown]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: by keys it is Escape, which the browser brings
    <dialog
      ref={ref}
      aria-labelledby={id}
      onClose={() => {
        open.value = false;
      }}
      onClick={(event) => {
        // A press on the backdrop lands on the dialog itself.
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      {shown && (
        <div class="dialog-body">
          <header class="card-head">
            <h2 id={id}>{title}</h2>
            <button
              type="button"
              class="plain icon"
              aria-label={t("close")}
              onClick={() => ref.current?.close()}
            >
              <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
                <path d="M4 4l12 12M16 4L4 16" fill="none" stroke="currentColor" stroke-width="2" />
              </svg>
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
