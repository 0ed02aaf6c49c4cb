// Working without a network: the service worker keeps the page's files, a newer version waits until it is wanted.
import { signal } from "@preact/signals";

export const offline = signal(typeof navigator !== "undefined" && navigator.onLine === false);
/** A newer version that is fetched and waits. */
export const waiting = signal<ServiceWorker | null>(null);

/** Lets the newer version take over, then shows it. Only ever after a press. */
export function reload(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.value?.postMessage("take over");
}
