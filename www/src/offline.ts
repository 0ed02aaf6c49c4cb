// Working without a network: the service worker keeps the page's files, a newer version waits until it is wanted.
import { signal } from "@preact/signals";
import { registerOffline } from "./trusted.ts";

export const offline = signal(typeof navigator !== "undefined" && navigator.onLine === false);
/** A newer version that is fetched and waits. */
export const waiting = signal<ServiceWorker | null>(null);

/** Lets the newer version take over, then shows it. Only ever after a press. */
export function reload(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.value?.postMessage("take over");
}

/** Begins after the first payout stands, so that the copy for later does not slow down what is looked at now. */
export async function keepOffline(): Promise<void> {
  addEventListener("offline", () => (offline.value = true));
  addEventListener("online", () => (offline.value = false));
  // The command line's own server is as near as a copy, and shows what is on disk.
  const local = document.querySelector('meta[name="earnmark-served"]');
  if (local || !import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const registration = await registerOffline();
    const look = () => {
      // Without one that is in charge it is the first visit, and nothing is newer.
      if (registration.waiting && navigator.serviceWorker.controller) waiting.value = registration.waiting;
    };
    look();
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", look);
    });
  } catch {
    // Refused, or an address that is not secure: the page works and needs the network next time.
  }
}
