// The copy of the page for use without a network: the service worker keeps its files.
import { offline, waiting } from "./offline.ts";
import { registerOffline } from "./trusted.ts";

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
