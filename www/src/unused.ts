// Files that were chosen with a project and that nothing of it reads: somebody may believe that they count.
import { type InputFile, SKIPPED } from "./files.ts";
import { members, textOf } from "./zip.ts";

/** What nobody takes for deals or for a plan. */
const PAPERS = /\.md$|(^|\/)licen[cs]e[^/]*$/i;
const SETTINGS = "earnmark.toml";

/** The paths of what was read, from inside a project's folder as the engine sees it, and its settings if it is one. */
async function inside(read: InputFile[]): Promise<{ paths: string[]; settings: string | null }> {
  const all: { path: string; text(): string | Promise<string> }[] = [];
  for (const { path, bytes } of read) {
    const packed = /\.zip$/i.test(path) ? members(bytes) : [];
    if (packed.some(({ name }) => name === SETTINGS || name.endsWith(`/${SETTINGS}`)))
      all.push(...packed.map((one) => ({ path: one.name, text: () => textOf(bytes, one) })));
    else all.push({ path, text: () => new TextDecoder().decode(bytes) });
  }
  const found = all.filter(({ path }) => path === SETTINGS || path.endsWith(`/${SETTINGS}`));
  const [settings] = found.sort((a, b) => a.path.length - b.path.length);
  const root = settings?.path.slice(0, -SETTINGS.length) ?? "";
  return {
    paths: all.map(({ path }) => (path.startsWith(root) ? path.slice(root.length) : path)),
    settings: settings ? await settings.text() : null,
  };
}

const base = (path: string): string => path.replace(/^.*\//, "");

/** The data files that settings name: below `data/`, else the one file of that name elsewhere. */
function named(paths: string[], settings: string): Set<string> {
  const lines = settings.split("\n").filter((line) => !line.trim().startsWith("#"));
  const found = new Set<string>();
  for (const [, a, b] of lines.join("\n").matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)) {
    const name = (a ?? b ?? "").replace(/^sqlite:/, "");
    if (name === "") continue;
    const loose = paths.filter((path) => !path.startsWith("data/") && base(path) === base(name));
    if (paths.includes(`data/${name}`)) found.add(`data/${name}`);
    else if (loose.length === 1 && loose[0]) found.add(loose[0]);
  }
  return found;
}

/** Of what was chosen: what was not `read` at all (`beside`), and what of it the project does not use. `scripts` are those
 *  that the engine took. Of exports without a project the engine itself says which it left. */
export async function unused(beside: string[], read: InputFile[], scripts: string[]): Promise<string[]> {
  const { paths, settings } = await inside(read);
  const used = settings === null ? new Set(paths) : named(paths, settings);
  for (const path of [SETTINGS, ...scripts]) used.add(path);
  return [...paths.filter((path) => !used.has(path)), ...beside]
    .filter((path) => !SKIPPED.test(path) && !PAPERS.test(path))
    .sort();
}
