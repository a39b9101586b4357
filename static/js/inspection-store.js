// What was scored and has not reached the server, kept in this browser per person and inspection until it does.

const PREFIX = "luoshi-unsent:inspection:";
const PAGES = "luoshi-inspections:";

/** The name under which one person's unsent scores of one inspection are kept. */
export const nameOf = (user, inspection) => `${PREFIX}${user}:${inspection}`;

/**
 * Read {version, items: {code: {result, value, points, note, base}}, sending, at}; nothing waits where storage is forbidden.
 * sending: {key, body} of the last sending whose answer has not come; at: when it was kept, as ISO text.
 */
export function read(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? "null");
    return found && typeof found.items === "object" ? found : { version: null, items: {} };
  } catch {
    return { version: null, items: {} };
  }
}

/** Keep what waits; nothing left removes the entry. False when the browser refuses to keep it. */
export function write(name, version, items, sending, at) {
  try {
    if (Object.keys(items).length || sending) localStorage.setItem(name, JSON.stringify({ version, items, sending, at }));
    else localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

/** Keep this page and its parts readable without network, for this person only; another person's are thrown away. */
export async function keepPage(user, worker) {
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  const own = `${PAGES}${user}`;
  for (const name of await caches.keys()) {
    if (name.startsWith(PAGES) && name !== own) await caches.delete(name);
  }
  await navigator.serviceWorker.register(worker);
  const cache = await caches.open(own);
  const parts = performance.getEntriesByType("resource").map((entry) => new URL(entry.name))
    .filter((url) => url.origin === location.origin && (url.pathname.startsWith("/static/") || url.pathname === "/jsi18n/"));
  await Promise.allSettled([location.pathname, ...parts.map(String)].map((url) => cache.add(url)));
}

/** Keep the page as it is now, after something was saved. */
export async function refreshPage(user) {
  if ("caches" in window) await (await caches.open(`${PAGES}${user}`)).add(location.pathname);
}

/** At sign-out the next person at this device must find nothing: neither scores nor pages. */
export async function forget() {
  Object.keys(localStorage).filter((key) => key.startsWith("luoshi-unsent:")).forEach((key) => localStorage.removeItem(key));
  if ("caches" in window) {
    for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
  }
}
