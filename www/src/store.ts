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

/** Forgets files, choices, drafts and the copy of the page that works offline. */
export async function forget(): Promise<void> {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith("earnmark.")) localStorage.removeItem(key);
  } catch {
    // Where storage is refused there is nothing in it.
  }
  await done(indexedDB.deleteDatabase(NAME)).catch(() => {});
  for (const worker of (await navigator.serviceWorker?.getRegistrations().catch(() => [])) ?? [])
    await worker.unregister();
  for (const cache of (await globalThis.caches?.keys().catch(() => [])) ?? []) await caches.delete(cache);
}
