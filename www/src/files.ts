// From what a person chose or dropped to the files that the engine reads: walks dropped folders, leaves out what
// no project reads, and cuts the path down to the folder that holds `earnmark.toml`.

export interface InputFile {
  path: string;
  bytes: Uint8Array;
}
export interface Found {
  path: string;
  file: File;
}

/** Bytes that the page takes at once; the command line takes any size. */
export const LIMIT = 50 * 1024 * 1024;

const READABLE = /\.(toml|rhai|csv|tsv|txt|json|jsonl|xlsx|parquet|gz|zip)$/i;
/** Hidden files, and what belongs to other programs. */
export const SKIPPED = /(^|\/)(\.[^/]*|node_modules|target|__MACOSX)(\/|$)/;

/** The files of an input. A chosen folder says their paths, chosen files have a name only. */
export const chosen = (list: FileList): Found[] =>
  [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** A text that was pasted, as a file: cells of a spreadsheet come with tabs between them. */
export function pasted(text: string): Found {
  const [first = ""] = text.trimStart().split("\n", 1);
  const path = first.includes("\t") ? "pasted.tsv" : "pasted.csv";
  return { path, file: new File([text], path) };
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A directory reader gives its entries in portions, the last one empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, into: Found[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (SKIPPED.test(path)) return;
  if (entry.isFile) into.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
  else for (const child of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(child, into);
}

/** Everything that was dropped: files, and folders with all that is in them. */
export async function dropped(all: (FileSystemEntry | File | null)[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const one of all)
    if (one instanceof File) found.push({ path: one.name, file: one });
    else if (one) await walk(one, found);
  return found;
}

/** What of `found` the engine gets: readable files, with paths as inside the project's folder. */
export function project<T extends { path: string }>(found: T[]): T[] {
  const kept = found.filter(({ path }) => READABLE.test(path) && !SKIPPED.test(path));
  const roots = kept
    .map(({ path }) => path)
    .filter((path) => path.split("/").pop() === "earnmark.toml")
    .sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
  const root = roots[0]?.slice(0, -"earnmark.toml".length);
  const inside =
    root === undefined
      ? // Lone files: a folder's name is no part of them.
        kept.map((one) => ({ ...one, path: one.path.split("/").pop() ?? one.path }))
      : kept
          .filter(({ path }) => path.startsWith(root))
          .map((one) => ({ ...one, path: one.path.slice(root.length) }));
  return inside.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

export const size = (found: Found[]): number => found.reduce((total, { file }) => total + file.size, 0);

/** Hands a text to the browser to save under a name. */
export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the text by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The bytes of each file. A file that cannot be read is named by the error. */
export async function read(found: Found[]): Promise<InputFile[]> {
  const all: InputFile[] = [];
  for (const { path, file } of found) {
    try {
      all.push({ path, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (error) {
      throw new UnreadableFile(path, error instanceof Error ? error.message : String(error));
    }
  }
  return all;
}

export class UnreadableFile extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}
