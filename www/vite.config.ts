// How the page is built. Two names stand for the engine: `earnmark-engine` is the JavaScript that wasm-bindgen
// wrote, `earnmark-wasm` the module itself. Both lie in `pkg/`, which `cargo xtask web` makes.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { hosting, licences, serviceWorker } from "./build/plugins.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const engine = { js: here("pkg/earnmark.js"), wasm: here("pkg/earnmark_bg.wasm") };

const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));

/** The development server injects inline scripts and styles, which the page's own policy forbids. */
const withoutPolicy: Plugin = {
  name: "earnmark-without-policy",
  apply: "serve",
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
};

/** A build without the engine would fail in its depths: say what to do instead. */
const needsEngine: Plugin = {
  name: "earnmark-needs-engine",
  apply: "build",
  buildStart() {
    if (!existsSync(engine.wasm))
      this.error("www/pkg is not there: `cargo xtask web` builds the engine, then the page");
  },
};

export default defineConfig({
  base: "./",
  // The development server too reads the scripts of the sample, which lie beside the page.
  server: { fs: { allow: [".."] } },
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [
    withoutPolicy,
    needsEngine,
    hosting(here("public/_headers")),
    licences(here("pkg/crates.json")),
    serviceWorker(here("src/sw.js"), [
      { name: "icon.svg", file: here("public/icon.svg") },
      { name: "manifest.webmanifest", file: here("public/manifest.webmanifest") },
    ]),
  ],
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
    // What the first screen is made of lies in one file, which packs better than its parts would.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "first", test: /\/src\/main\.tsx$/ }] } },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
