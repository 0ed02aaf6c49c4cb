// A file server for the tests: `dist/` as a host would serve it, with the header of `public/_headers`.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

/** The headers for every path, as written for static hosts. */
export async function headers(root) {
  const text = await readFile(join(root, "_headers"), "utf8");
  const [all] = text.split(/\n(?=\/assets)/);
  return Object.fromEntries(
    [...all.matchAll(/^ {2}([\w-]+): (.+)$/gm)].map(([, name, value]) => [name.toLowerCase(), value]),
  );
}

/** Serves `root` on a free port of this machine; `packed` with gzip, as hosts do. */
export async function serve(root, { packed = false } = {}) {
  const fixed = await headers(root);
  const changes = new Map();
  let gone = false;
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
    if (gone) {
      request.socket.destroy();
      return;
    }
    try {
      if (!file.startsWith(root + sep)) throw new Error("outside");
      const change = changes.get(file.slice(root.length + 1));
      const read = await readFile(file);
      const body = change ? change(read.toString()) : read;
      response.writeHead(200, {
        ...fixed,
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        ...(packed && { "content-encoding": "gzip" }),
      });
      response.end(packed ? gzipSync(body) : body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("not found");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => server.close(),
    /** As if the server were gone, and back. */
    stop: () => {
      gone = true;
    },
    start: () => {
      gone = false;
    },
    /** Serves a file changed by `run`, or as it is again. */
    change: (name, run) => (run ? changes.set(name, run) : changes.delete(name)),
  };
}
