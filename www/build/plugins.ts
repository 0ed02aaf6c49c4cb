// What the build adds to the page beside its scripts: the service worker with the list of what it keeps, the
// licences of all that is shipped, and the headers of `public/_headers` in the forms of other hosts.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { notices, packages } from "./licences.mjs";

interface Shipped {
  name: string;
  version: string;
  licence: string;
  texts: string[];
}

/** The licences: a list for the screen About, and all texts in one file. */
export function licences(crates: string): Plugin {
  return {
    name: "earnmark-licences",
    apply: "build",
    generateBundle() {
      const engine: Shipped[] = existsSync(crates) ? JSON.parse(readFileSync(crates, "utf8")) : [];
      const all: Shipped[] = [...engine, ...(packages() as Shipped[])];
      const list = all.map(({ name, version, licence }) => ({ name, version, licence }));
      this.emitFile({ type: "asset", fileName: "licences.json", source: JSON.stringify(list) });
      this.emitFile({ type: "asset", fileName: "licences.txt", source: notices(all) });
    },
  };
}

/** Files that a visit needs, so that the next one needs no network. The licence texts are read seldom. */
export function serviceWorker(script: string, fixed: { name: string; file: string }[]): Plugin {
  return {
    name: "earnmark-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const hash = createHash("sha256");
      const names: string[] = [];
      for (const [name, part] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name === "licences.txt" || name.startsWith("hosting/")) continue;
        names.push(name);
        hash.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      for (const { name, file } of fixed) {
        names.push(name);
        hash.update(name).update(readFileSync(file));
      }
      const files = names.map((name) => (name === "index.html" ? "./" : `./${name}`));
      const source = readFileSync(script, "utf8")
        .replace('"earnmark-build"', JSON.stringify(`earnmark-${hash.digest("hex").slice(0, 12)}`))
        .replace('["earnmark-files"]', JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

interface Rule {
  path: string;
  headers: [string, string][];
}

/** The rules of `_headers`: a path, and under it the headers for it. */
export function rules(text: string): Rule[] {
  const found: Rule[] = [];
  for (const line of text.split("\n")) {
    const header = /^ {2}([\w-]+): (.+)$/.exec(line);
    if (header?.[1] && header[2]) found.at(-1)?.headers.push([header[1], header[2]]);
    else if (line.startsWith("/")) found.push({ path: line.trim(), headers: [] });
  }
  return found;
}

/** The same rules for hosts that read another form. `_headers` itself is read by Netlify and Cloudflare Pages. */
export function hosting(file: string): Plugin {
  return {
    name: "earnmark-hosting",
    apply: "build",
    generateBundle() {
      const all = rules(readFileSync(file, "utf8"));
      const emit = (fileName: string, source: string) => this.emitFile({ type: "asset", fileName, source });
      const pattern = (path: string) => path.replace("*", "(.*)");
      const vercel = all.map(({ path, headers }) => ({
        source: pattern(path),
        headers: headers.map(([key, value]) => ({ key, value })),
      }));
      emit("vercel.json", `${JSON.stringify({ headers: vercel }, null, 2)}\n`);
      const azure = {
        globalHeaders: Object.fromEntries(all[0]?.headers ?? []),
        routes: all
          .slice(1)
          .map(({ path, headers }) => ({ route: path, headers: Object.fromEntries(headers) })),
        mimeTypes: { ".wasm": "application/wasm", ".webmanifest": "application/manifest+json" },
      };
      emit("staticwebapp.config.json", `${JSON.stringify(azure, null, 2)}\n`);
      const apache = all.map(({ path, headers }) => {
        const lines = headers.map(([name, value]) => `  Header always set ${name} "${value}"`).join("\n");
        return path === "/*"
          ? lines
          : `  <If "%{REQUEST_URI} =~ m#${path.replace("*", "")}#">\n${lines}\n  </If>`;
      });
      emit(
        ".htaccess",
        `AddType application/wasm .wasm\nAddType application/manifest+json .webmanifest\n<IfModule mod_headers.c>\n${apache.join("\n")}\n</IfModule>\n`,
      );
      const nginx = all.map(({ path, headers }) => {
        const own = path === "/*" ? headers : [...(all[0]?.headers ?? []), ...headers];
        const lines = own.map(([name, value]) => `  add_header ${name} "${value}" always;`).join("\n");
        return `location ${path === "/*" ? "/" : path.replace("*", "")} {\n${lines}\n}`;
      });
      emit("hosting/nginx.conf", `# Inside a server block.\n${nginx.join("\n")}\n`);
    },
  };
}
