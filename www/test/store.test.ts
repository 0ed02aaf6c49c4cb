// Forgetting what the browser keeps: a part that it refuses, at once or later, keeps nothing else from being forgotten.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { forget } from "../src/store.ts";

const kept = { "earnmark.theme": "dark", "other.page": "1" } as Record<string, string>;
let closed: string[] = [];

beforeEach(() => {
  closed = [];
  const store: Record<string, unknown> = { ...kept };
  Object.defineProperty(store, "removeItem", { value: (key: string) => delete store[key] });
  vi.stubGlobal("localStorage", store);
  vi.stubGlobal("indexedDB", {
    deleteDatabase: (name: string) => {
      closed.push(name);
      const request = { onsuccess: () => {}, onerror: () => {} };
      setTimeout(() => request.onsuccess());
      return request;
    },
  });
  vi.stubGlobal("navigator", {
    serviceWorker: { getRegistrations: async () => [{ unregister: async () => closed.push("worker") }] },
  });
  vi.stubGlobal("caches", { keys: async () => ["v1"], delete: async (name: string) => closed.push(name) });
});
afterEach(() => vi.unstubAllGlobals());

it("forgets all of it, and nothing of other pages", async () => {
  expect(await forget()).toEqual([]);
  expect(Object.keys(localStorage)).toEqual(["other.page"]);
  expect(closed).toEqual(["earnmark", "worker", "v1"]);
});

it("says which part the browser refuses at once, and forgets the others", async () => {
  const refuse = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("indexedDB", { deleteDatabase: refuse });
  expect(await forget()).toEqual(["files"]);
  expect(Object.keys(localStorage)).toEqual(["other.page"]);
  expect(closed).toEqual(["worker", "v1"]);
  vi.stubGlobal("localStorage", undefined);
  vi.stubGlobal("navigator", {
    get serviceWorker() {
      return refuse();
    },
  });
  expect(await forget()).toEqual(["choices", "files", "copy"]);
});
