// The page's side of the wall: typed calls to the worker, one at a time and in order. Calls may come before the engine: they
// wait for it, or are told why it does not come. A call that takes too long ends its worker, and so does an error that nothing caught; a new one is
// started and opens the same data again, so that nobody has to.
import type { Calls, Finding } from "./types.ts";
import type { Failure, Reply } from "./worker.ts";

/** As much of a Worker as is used here, so that tests can stand in for one. */
export interface Port {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

type Method = keyof Calls;
type Args<M extends Method> = Parameters<Calls[M]>;
type Result<M extends Method> = ReturnType<Calls[M]>;

/** Why a call gave nothing: refused with findings, stopped for its time, the engine itself broke, or it never started. */
export class EngineError extends Error {
  readonly kind: "refused" | "stopped" | "broke" | "absent";
  readonly findings: Finding[];
  constructor(kind: EngineError["kind"], message: string, findings: Finding[] = []) {
    super(message);
    this.kind = kind;
    this.findings = findings;
  }
}

interface Job {
  method: Method;
  args: unknown[];
  done(value: unknown): void;
  fail(error: EngineError): void;
}

/** Milliseconds a call may take. Reading files takes longer than any question about them. */
export const LIMITS: Record<Method, number> = {
  open_sample: 30_000,
  open_files: 30_000,
  pay: 5_000,
  // Each open deal is a run of its own.
  pipeline: 15_000,
  what_if: 5_000,
  compare: 30_000,
  compare_amounts: 30_000,
  compare_rows: 30_000,
  compare_csv: 30_000,
  describe: 5_000,
  templates: 5_000,
  scripts: 5_000,
  check: 5_000,
  tests: 5_000,
  try_scripts: 5_000,
  make_test: 5_000,
};

export class EngineClient {
  readonly #spawn: () => Port;
  readonly #module: unknown;
  readonly #limits: Record<Method, number>;
  readonly #died: () => void;
  #port: Port | null = null;
  #ready = false;
  #running: Job | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: Job[] = [];
  #id = 0;
  /** The data that is open, to open it again in a new worker. */
  #open: { method: Method; args: unknown[] } | null = null;

  /** `module` may be a promise of what is still being fetched; `died` is told where no call is there to be told that a worker
   *  was replaced. */
  constructor(spawn: () => Port, module: unknown, died = () => {}, limits = LIMITS) {
    this.#spawn = spawn;
    this.#module = module;
    // Told to every call; with no call yet there is nobody to tell.
    if (module instanceof Promise) module.catch(() => {});
    this.#died = died;
    this.#limits = limits;
  }

  call<M extends Method>(method: M, ...args: Args<M>): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ method, args, done: resolve as (value: unknown) => void, fail: reject });
      this.#next();
    });
  }

  /** Ends whatever runs now, as if its time were over. */
  stop(): void {
    if (this.#running) this.#end(this.#running, "stopped");
  }

  #next(): void {
    if (!this.#port) this.#start();
    const port = this.#port;
    if (!port || !this.#ready || this.#running) return;
    const job = this.#queue.shift();
    if (!job) return;
    this.#running = job;
    this.#id += 1;
    this.#timer = setTimeout(() => this.#end(job, "stopped"), this.#limits[job.method]);
    port.postMessage({ id: this.#id, method: job.method, args: job.args });
  }

  #start(): void {
    const port = this.#spawn();
    this.#port = port;
    this.#ready = false;
    port.onmessage = ({ data }) => {
      if (port === this.#port) this.#hear(data);
    };
    port.onerror = (event) => {
      event.preventDefault?.();
      if (port !== this.#port) return;
      if (!this.#ready) return this.#lost(event.message || "the worker did not load");
      if (this.#running) return this.#end(this.#running, "broke");
      this.#again();
      this.#died();
    };
    const begin = (module: unknown) => {
      if (port === this.#port) port.postMessage({ module });
    };
    const missing = (error: unknown) => {
      if (port === this.#port) this.#lost(error instanceof Error ? error.message : String(error));
    };
    if (this.#module instanceof Promise) this.#module.then(begin, missing);
    else begin(this.#module);
  }

  #hear(reply: Reply): void {
    if (reply.id === 0) {
      this.#ready = !("error" in reply);
      if ("error" in reply) this.#lost(reply.error.message);
      else this.#next();
      return;
    }
    const job = this.#running;
    if (!job || reply.id !== this.#id) return;
    if ("error" in reply && reply.error.broken) {
      this.#end(job, "broke", reply.error);
      return;
    }
    clearTimeout(this.#timer);
    this.#running = null;
    if ("error" in reply) job.fail(new EngineError("refused", reply.error.message, reply.error.findings));
    else {
      const opened = job.method.startsWith("open_") && (reply.value as { ok?: boolean }).ok;
      if (opened) this.#open = { method: job.method, args: job.args };
      job.done(reply.value);
    }
    this.#next();
  }

  /** Ends the worker in the middle of `job`. */
  #end(job: Job, kind: "stopped" | "broke", failure?: Failure): void {
    job.fail(new EngineError(kind, failure?.message ?? "", failure?.findings));
    this.#again();
  }

  /** Ends the worker, and has a new one open the same data before anything else. */
  #again(): void {
    clearTimeout(this.#timer);
    this.#port?.terminate();
    this.#port = null;
    this.#running = null;
    const open = this.#open;
    // If opening it again fails, the data is at fault: the calls that wait are told so by the engine.
    this.#open = null;
    if (open) this.#queue.unshift({ ...open, done: () => {}, fail: () => {} });
    this.#next();
  }

  /** The worker cannot start at all: everything that waits is told. */
  #lost(message: string): void {
    clearTimeout(this.#timer);
    this.#port?.terminate();
    this.#port = null;
    const waiting = this.#running ? [this.#running, ...this.#queue] : this.#queue;
    this.#running = null;
    this.#queue = [];
    for (const job of waiting) job.fail(new EngineError(this.#ready ? "broke" : "absent", message));
  }
}

/** At most one call runs and one waits; a newer one takes the place of the one that waits, and an answer
 *  that has been overtaken is dropped. `drop` forgets both. */
export function latest<A extends unknown[], R>(
  run: (...args: A) => Promise<R>,
  done: (result: R) => void,
  fail: (error: unknown) => void,
): { ask(...args: A): void; drop(): void } {
  let running = false;
  let waiting: A | null = null;
  let turn = 0;
  const start = async (args: A): Promise<void> => {
    running = true;
    const mine = turn;
    const current = () => mine === turn && waiting === null;
    try {
      const result = await run(...args);
      if (current()) done(result);
    } catch (error) {
      if (current()) fail(error);
    }
    running = false;
    const next = waiting;
    waiting = null;
    if (next) void start(next);
  };
  return {
    ask(...args: A) {
      if (running) waiting = args;
      else void start(args);
    },
    drop() {
      turn += 1;
      waiting = null;
    },
  };
}
