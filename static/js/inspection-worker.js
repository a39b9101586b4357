// Without network, the scoring page that was opened on this device comes from its cache; with network, never.
const PAGES = "luoshi-inspections:";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && /^\/inspections\/\d+\/score\/$/.test(url.pathname);
  const isPart = url.pathname.startsWith("/static/") || url.pathname === "/jsi18n/";
  if (isPage || isPart) event.respondWith(fromNetworkFirst(request));
});

async function fromNetworkFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    for (const name of await caches.keys()) {
      if (!name.startsWith(PAGES)) continue;
      const kept = await (await caches.open(name)).match(request, { ignoreVary: true, ignoreSearch: true });
      if (kept) return kept;
    }
    throw error;
  }
}
