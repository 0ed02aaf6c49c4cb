// Keeping what was opened, in this browser alone and only when asked to; and forgetting all of it.
import type { InputFile } from "./files.ts";
import type { Opening } from "./types.ts";

const NAME = "earnmark";
const STORE = "opened";

/** What was opened last, to be opened again. */
export interface Kept {
  files: InputFile[];
  opening: Opening;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const open = indexedDB.open(NAME, 1);
  open.onupgradeneeded = () => open.result.createObjectStore(STORE);
  const db = await done(open);
  const transaction = db.transaction(STORE, mode);
  transaction.oncomplete = () => db.close();
  return transaction.objectStore(STORE);
}

/** Keeps what was opened; says false where the browser refuses. */
export async function keep(kept: Kept): Promise<boolean> {
  try {
    await done((await store("readwrite")).put(kept, "last"));
    return true;
  } catch {
    return false;
  }
}

/** What was kept, or nothing. */
export async function kept(): Promise<Kept | null> {
  try {
    // A database that is not there is not made by asking for it.
    const all = await indexedDB.databases?.();
    if (all && !all.some((one) => one.name === NAME)) return null;
    return (await done((await store("readonly")).get("last"))) ?? null;
  } catch {
    return null;
  }
}

/** What this browser keeps of the page, in its parts. */
export type Part = "choices" | "files" | "copy";

const FORGET: Record<Part, () => unknown> = {
  choices: () => {
    for (const key of Object.keys(localStorage))
      if (key.startsWith("earnmark.")) localStorage.removeItem(key);
  },
  files: () => done(indexedDB.deleteDatabase(NAME)),
  copy: async () => {
    for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
    for (const cache of (await globalThis.caches?.keys()) ?? []) await caches.delete(cache);
  },
};

/** Forgets choices and drafts, files, and the copy of the page that works offline. Gives what the browser kept back: some
 *  refuse a part at once, and nobody can know what is in it. */
export async function forget(): Promise<Part[]> {
  const left: Part[] = [];
  for (const [part, run] of Object.entries(FORGET) as [Part, () => unknown][])
    try {
      await run();
    } catch {
      left.push(part);
    }
  return left;
}
