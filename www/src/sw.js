// Keeps the files of one version of the page, so that it opens without a network. A new version is fetched beside
// the old one and takes over only when somebody says so. The build writes the version and the list of files.
const VERSION = "earnmark-build";
const FILES = ["earnmark-files"];

self.addEventListener("install", (event) => {
  const fresh = FILES.map(
    (file) => new Request(file, { cache: file.startsWith("./assets/") ? "default" : "reload" }),
  );
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("earnmark-") && name !== VERSION;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  const kept = caches.open(VERSION).then((cache) => cache.match(request, { ignoreSearch: true }));
  event.respondWith(kept.then((answer) => answer ?? fetch(request)));
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
