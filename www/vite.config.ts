// How the page is built. Two names stand for the engine: `earnmark-engine` is the JavaScript that wasm-bindgen
// wrote, `earnmark-wasm` the module itself. Both lie in `pkg/`, which `cargo xtask web` makes; without it the
// stand-in of `dev/` serves, so that the page can be worked on without Rust.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const real = existsSync(here("pkg/earnmark_bg.wasm"));
const engine = real
  ? { js: here("pkg/earnmark.js"), wasm: here("pkg/earnmark_bg.wasm") }
  : { js: here("dev/stub-engine.ts"), wasm: here("dev/stub.wasm") };

/** The development server injects inline scripts and styles, which the page's own policy forbids. */
const withoutPolicy: Plugin = {
  name: "earnmark-without-policy",
  apply: "serve",
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
};

/** Says at the end of a build which engine is in it. */
const sayWhich: Plugin = {
  name: "earnmark-say-which",
  apply: "build",
  buildStart() {
    if (!real) this.warn("www/pkg is not there: building with the stand-in engine of www/dev");
  },
};

export default defineConfig({
  base: "./",
  plugins: [withoutPolicy, sayWhich],
  resolve: {
    alias: [
      { find: /^earnmark-engine$/, replacement: engine.js },
      { find: /^earnmark-wasm\?url$/, replacement: `${engine.wasm}?url` },
    ],
  },
  worker: { format: "es" },
  build: {
    // Every engine since spring 2024: `light-dark()` and what else the page uses stay as written.
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
