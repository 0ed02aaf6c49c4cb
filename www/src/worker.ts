// The engine's side of the wall: gets the compiled module from the page, gives up every way out of here, then
// answers calls. In: { module } once, then { id, method, args }. Out: { id, value | error }, id 0 is "ready".
import init, { Engine } from "earnmark-engine";
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

function answer({ method, args }: Request): unknown {
  if (!engine) throw new Error("not started");
  switch (method) {
    case "open_sample":
      return JSON.parse(engine.open_sample());
    case "open_files":
      return JSON.parse(
        engine.open_files(args[0] as { path: string; bytes: Uint8Array }[], JSON.stringify(args[1] ?? {})),
      );
    case "pay":
      return JSON.parse(engine.pay(String(args[0]), String(args[1])));
    case "describe":
    case "templates":
    case "scripts":
      return JSON.parse(engine[method]());
    case "check":
    case "tests":
      return JSON.parse(engine[method](JSON.stringify(args[0])));
    case "try_scripts":
      return JSON.parse(engine.try_scripts(JSON.stringify(args[0]), String(args[1])));
    case "make_test":
      return JSON.parse(engine.make_test(String(args[0]), String(args[1])));
    case "pipeline":
      return JSON.parse(engine.pipeline(String(args[0]), String(args[1])));
    case "what_if":
      return JSON.parse(engine.what_if(String(args[0]), String(args[1]), JSON.stringify(args[2])));
    case "compare":
    case "compare_amounts":
      return JSON.parse(engine[method](JSON.stringify(args[0]), JSON.stringify(args[1]), String(args[2])));
    case "compare_rows":
      return JSON.parse(
        engine.compare_rows(
          JSON.stringify(args[0]),
          JSON.stringify(args[1]),
          String(args[2]),
          JSON.stringify(args[3]),
        ),
      );
    case "compare_csv":
      return JSON.parse(
        engine.compare_csv(JSON.stringify(args[0]), JSON.stringify(args[1]), String(args[2])),
      );
  }
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

scope.onmessage = async ({ data }: MessageEvent<{ module?: WebAssembly.Module } & Request>) => {
  try {
    if (data.module) {
      await init({ module_or_path: data.module });
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
