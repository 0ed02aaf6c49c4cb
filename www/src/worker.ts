// The engine's side of the wall: gets the compiled module from the page, gives up every way out of here, then
// answers calls. In: { module } once, then { id, method, args }. Out: { id, value | error }, id 0 is "ready".
import { Engine, initSync } from "earnmark-engine";
import type { Calls, Finding } from "./types.ts";

const scope = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
};

/** Ways to reach a network or a disk. A policy in a meta tag does not bind workers, so they are taken away. */
const EXITS = [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "EventSource",
  "WebTransport",
  "importScripts",
  "indexedDB",
  "caches",
  "BroadcastChannel",
  "Worker",
  "SharedWorker",
];

function closeExits(): void {
  for (const name of EXITS) {
    for (let owner: object | null = globalThis; owner; owner = Object.getPrototypeOf(owner))
      Reflect.deleteProperty(owner, name);
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
  }
}

export interface Request {
  id: number;
  method: keyof Calls;
  args: unknown[];
}
/** `broken`: the module itself failed and must not be called again. */
export interface Failure {
  findings: Finding[];
  message: string;
  broken: boolean;
}
export type Reply = { id: number; value: unknown; ms: number } | { id: number; error: Failure };

let engine: Engine | undefined;

/** All take texts, and what is none as JSON; but for the files, which go as they are. All answer with JSON. */
function answer({ method, args }: Request): unknown {
  if (!engine) throw new Error("not started");
  const said = args.map((one, n) =>
    typeof one === "string" || (method === "open_files" && n === 0) ? one : JSON.stringify(one),
  );
  const call = engine[method] as (...args: unknown[]) => string;
  return JSON.parse(call.apply(engine, said));
}

/** A refusal of the engine carries its findings as JSON; anything else is a fault of the engine itself. */
function failure(thrown: unknown): Failure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    const findings: unknown = JSON.parse(message);
    if (Array.isArray(findings)) return { findings: findings as Finding[], message: "", broken: false };
  } catch {
    // Not findings: told as it is.
  }
  return { findings: [], message, broken: true };
}

scope.onmessage = ({ data }: MessageEvent<{ module?: WebAssembly.Module } & Request>) => {
  try {
    if (data.module) {
      initSync({ module: data.module });
      closeExits();
      engine = new Engine();
      scope.postMessage({ id: 0, value: "ready", ms: 0 } satisfies Reply);
      return;
    }
    const before = performance.now();
    const value = answer(data);
    scope.postMessage({ id: data.id, value, ms: performance.now() - before } satisfies Reply);
  } catch (thrown) {
    scope.postMessage({ id: data.id ?? 0, error: failure(thrown) } satisfies Reply);
  }
};
