// The client of the worker: answers in order, time limits, a new worker that opens the same data again; and
// "latest wins".
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineClient, EngineError, latest, type Port } from "../src/engine.ts";
import type { Reply } from "../src/worker.ts";

interface Sent {
  id?: number;
  method?: string;
  args?: unknown[];
  module?: unknown;
}

class FakeWorker implements Port {
  static all: FakeWorker[] = [];
  sent: Sent[] = [];
  ended = false;
  onmessage: Port["onmessage"] = null;
  onerror: Port["onerror"] = null;
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(message: unknown): void {
    this.sent.push(message as Sent);
  }
  terminate(): void {
    this.ended = true;
  }
  say(reply: Reply): void {
    this.onmessage?.({ data: reply } as MessageEvent<Reply>);
  }
  ready(): void {
    this.say({ id: 0, value: "ready", ms: 0 });
  }
  answer(value: unknown): void {
    this.say({ id: this.sent.at(-1)?.id ?? -1, value, ms: 1 });
  }
}

const worker = (n: number): FakeWorker => {
  const found = FakeWorker.all.at(n);
  if (!found) throw new Error(`no worker ${n}`);
  return found;
};
const methods = (of: FakeWorker) => of.sent.flatMap((m) => m.method ?? []);

describe("engine client", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeWorker.all = [];
  });
  afterEach(() => vi.useRealTimers());

  const start = () => new EngineClient(() => new FakeWorker(), "module");

  it("sends the module first, then one call at a time", async () => {
    const client = start();
    const first = client.call("open_sample");
    const second = client.call("pay", "ann", "2026-01");
    expect(worker(0).sent).toEqual([{ module: "module" }]);
    worker(0).ready();
    expect(methods(worker(0))).toEqual(["open_sample"]);
    worker(0).answer({ ok: true });
    await expect(first).resolves.toEqual({ ok: true });
    expect(worker(0).sent.at(-1)).toMatchObject({ method: "pay", args: ["ann", "2026-01"] });
    worker(0).answer([]);
    await expect(second).resolves.toEqual([]);
  });

  it("ends what runs when somebody says so, and opens the same data in a new worker", async () => {
    const client = start();
    client.stop();
    const open = client.call("open_sample");
    worker(0).ready();
    worker(0).answer({ ok: true });
    await open;
    const tried = client.call("try_scripts", [], "");
    client.stop();
    await expect(tried).rejects.toMatchObject({ kind: "stopped" });
    expect(worker(0).ended).toBe(true);
    worker(1).ready();
    expect(methods(worker(1))).toEqual(["open_sample"]);
  });

  it("ends a call that runs too long, and opens the same data in a new worker", async () => {
    const client = start();
    const open = client.call("open_sample");
    worker(0).ready();
    worker(0).answer({ ok: true });
    await open;
    const slow = client.call("pay", "ann", "2026-01");
    const next = client.call("pay", "bob", "2026-01");
    const caught = slow.catch((e: unknown) => e);
    vi.advanceTimersByTime(5_000);
    expect(await caught).toMatchObject({ kind: "stopped" });
    expect(worker(0).ended).toBe(true);
    worker(1).ready();
    expect(methods(worker(1))).toEqual(["open_sample"]);
    worker(1).answer({ ok: true });
    expect(worker(1).sent.at(-1)).toMatchObject({ method: "pay", args: ["bob", "2026-01"] });
    worker(1).answer(["bob"]);
    await expect(next).resolves.toEqual(["bob"]);
    // What the ended worker says late is not heard.
    worker(0).answer("late");
  });

  it("hands on findings, and restarts after a fault of the engine", async () => {
    const client = start();
    const refused = client.call("pay", "x", "y").catch((e: unknown) => e);
    worker(0).ready();
    worker(0).say({
      id: 1,
      error: { findings: [{ code: "unknown-payee" }] as never, message: "", broken: false },
    });
    expect(await refused).toMatchObject({ kind: "refused", findings: [{ code: "unknown-payee" }] });
    const broke = client.call("pay", "x", "y").catch((e: unknown) => e);
    worker(0).say({ id: 2, error: { findings: [], message: "unreachable", broken: true } });
    const error = await broke;
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ kind: "broke", message: "unreachable" });
    expect(worker(0).ended).toBe(true);
  });

  it("replaces a worker that an error ends, and opens the same data; who waits is told, or else the page", async () => {
    let told = 0;
    const client = new EngineClient(
      () => new FakeWorker(),
      "module",
      () => {
        told += 1;
      },
    );
    const open = client.call("open_files", []);
    worker(0).ready();
    worker(0).answer({ ok: true });
    await open;
    const asked = client.call("pay", "ann", "2026-01").catch((e: unknown) => e);
    const next = client.call("pay", "bob", "2026-01");
    worker(0).onerror?.({ message: "out of memory" } as ErrorEvent);
    expect(await asked).toMatchObject({ kind: "broke" });
    expect([worker(0).ended, told]).toEqual([true, 0]);
    worker(1).ready();
    worker(1).answer({ ok: true });
    worker(1).answer(["bob"]);
    await expect(next).resolves.toEqual(["bob"]);
    expect(methods(worker(1))).toEqual(["open_files", "pay"]);
    worker(1).onerror?.({ message: "out of memory" } as ErrorEvent);
    expect([worker(1).ended, told]).toEqual([true, 1]);
    worker(2).ready();
    expect(methods(worker(2))).toEqual(["open_files"]);
    // The second time it cannot be opened: then it is not tried for ever.
    worker(2).onerror?.({ message: "out of memory" } as ErrorEvent);
    worker(3).ready();
    expect(methods(worker(3))).toEqual([]);
  });

  it("does not open again what could not be opened", async () => {
    const client = start();
    const bad = client.call("open_files", []);
    worker(0).ready();
    worker(0).answer({ ok: false });
    await bad;
    const slow = client.call("pay", "x", "y").catch(() => "stopped");
    vi.advanceTimersByTime(5_000);
    expect(await slow).toBe("stopped");
    void client.call("open_sample");
    worker(1).ready();
    expect(methods(worker(1))).toEqual(["open_sample"]);
  });

  it("tells everyone who waits when the worker does not load", async () => {
    const client = start();
    const one = client.call("open_sample").catch((e: unknown) => e);
    worker(0).onerror?.({ message: "blocked" } as ErrorEvent);
    expect(await one).toMatchObject({ kind: "absent", message: "blocked" });
  });

  it("keeps calls that come before the engine, in their order", async () => {
    let arrive = (_: unknown) => {};
    const client = new EngineClient(
      () => new FakeWorker(),
      new Promise((done) => {
        arrive = done;
      }),
    );
    const first = client.call("open_sample");
    void client.call("scripts");
    // No limit of time runs while the engine is on its way.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(worker(0).sent).toEqual([]);
    arrive("module");
    await vi.advanceTimersByTimeAsync(0);
    expect(worker(0).sent).toEqual([{ module: "module" }]);
    worker(0).ready();
    worker(0).answer({ ok: true });
    await first;
    expect(methods(worker(0))).toEqual(["open_sample", "scripts"]);
  });

  it("tells each call why the engine does not come, also those that are made later", async () => {
    const client = new EngineClient(() => new FakeWorker(), Promise.reject(new Error("404 Not Found")));
    for (const n of [0, 1]) {
      const told = await client.call("describe").catch((e: unknown) => e);
      expect(told).toMatchObject({ kind: "absent", message: "404 Not Found" });
      expect(worker(n).ended).toBe(true);
    }
  });
});

describe("latest", () => {
  const open = () => {
    const running: { arg: number; done(value: number): void; fail(error: unknown): void }[] = [];
    const seen: unknown[] = [];
    const asked = latest(
      (arg: number) => new Promise<number>((done, fail) => running.push({ arg, done, fail })),
      (value) => seen.push(value),
      (error) => seen.push(error),
    );
    return { running, seen, ...asked };
  };
  const settle = () => new Promise((done) => setTimeout(done, 0));

  it("runs one, keeps the newest waiting, drops what was overtaken", async () => {
    const l = open();
    l.ask(1);
    l.ask(2);
    l.ask(3);
    expect(l.running.map((r) => r.arg)).toEqual([1]);
    l.running[0]?.done(10);
    await settle();
    expect(l.running.map((r) => r.arg)).toEqual([1, 3]);
    l.running[1]?.done(30);
    await settle();
    expect(l.seen).toEqual([30]);
  });

  it("forgets an answer that was dropped, and goes on", async () => {
    const l = open();
    l.ask(1);
    l.drop();
    l.ask(2);
    l.running[0]?.fail("old");
    await settle();
    l.running[1]?.done(20);
    await settle();
    expect(l.seen).toEqual([20]);
  });
});
