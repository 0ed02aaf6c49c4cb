// The one Trusted Types policy of the page. Starting a worker is a sink: only the two addresses written here pass.
import workerUrl from "./worker.ts?worker&url";

interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

const absolute = (url: string): string => new URL(url, document.baseURI).href;
const offlineUrl = (): string => absolute("./sw.js");

function check(url: string): string {
  if (url !== absolute(workerUrl) && url !== offlineUrl())
    throw new TypeError(`not a script of this page: ${url}`);
  return url;
}

// Browsers without Trusted Types have no factory; the check is the same there.
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy: Policy = factory?.createPolicy("app", { createScriptURL: check }) ?? { createScriptURL: check };

/** A fresh worker with the engine's code in it. */
export const startWorker = (): Worker =>
  new Worker(policy.createScriptURL(absolute(workerUrl)), { type: "module", name: "earnmark" });

/** Registers the script that keeps the page for use without a network. */
export const registerOffline = (): Promise<ServiceWorkerRegistration> =>
  navigator.serviceWorker.register(policy.createScriptURL(offlineUrl()));
