// The worker: the shell of the page, and nothing else. No answer of the API, and so no name, is ever in its cache; it
// sends nothing and holds no token. FILES and VERSION are written above by the service.
//
// The cache comes first: page and scripts are of one version, which a line that breaks off cannot mix with another. A new
// version is fetched beside it and waits until somebody asks for it.

const CACHE = `relay-field-${VERSION}`;

self.addEventListener("install", (event) => {
  const fetched = FILES.map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fetched)));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("relay-field-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

self.addEventListener("message", (event) => {
  if (event.data === "use") self.skipWaiting();
});

/** The page of a language: of the address, else the first that this phone reads. */
function shellOf(path) {
  const read = navigator.languages.map((each) => each.slice(0, 2)).find((each) => SHELLS[each]);
  return SHELLS[path.split("/")[2]] ?? SHELLS[read] ?? SHELLS.en;
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const wanted = event.request.mode === "navigate" && url.pathname.startsWith("/field/") ? shellOf(url.pathname) : url.pathname + url.search;
  if (!FILES.includes(wanted)) return;
  event.respondWith(caches.open(CACHE).then(async (cache) => (await cache.match(wanted, { ignoreVary: true })) ?? fetch(event.request)));
});
