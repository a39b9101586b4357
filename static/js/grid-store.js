// Cells that did not reach the server, kept in this browser per person and period until they do.

/** Read what is waiting: {key: {text, reason, version}}. A browser that forbids storage simply keeps nothing. */
export function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}");
  } catch {
    return {};
  }
}

/** Replace what is waiting; an empty object removes it. */
export function write(name, cells) {
  try {
    if (Object.keys(cells).length) localStorage.setItem(name, JSON.stringify(cells));
    else localStorage.removeItem(name);
  } catch {
    return false;
  }
  return true;
}

/** Forget everything at sign-out: the next person at this machine must find nothing. */
export function clearAtSignOut() {
  document.addEventListener("submit", (event) => {
    if (!/sign-out/.test(event.target.action ?? "")) return;
    Object.keys(localStorage).filter((key) => key.startsWith("luoshi-unsent:")).forEach((key) => localStorage.removeItem(key));
  });
}
