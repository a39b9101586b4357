// Keys, dialogs, toasts and row selection, the same on every page. No framework and no strings of its own:
// every word comes from the page (data- attributes), so that it is translated with the page.
import "./day.js";
import { forget } from "./inspection-store.js";

const typing = (element) =>
  element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

const rows = () => [...document.querySelectorAll("main .table tbody tr")].filter(
  (row) => row.querySelector("a, button, input") && !row.matches(".group, .note") && row.offsetParent !== null,
);

/** Move the marked row of the page's lists by `step` and give its first control the focus. */
function moveRow(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.findIndex((row) => row.classList.contains("is-at"));
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + step, 0), list.length - 1);
  list[at]?.classList.remove("is-at");
  list[next].classList.add("is-at");
  (list[next].querySelector("a, button") ?? list[next].querySelector("input")).focus({ preventScroll: true });
  list[next].scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => (document.getElementById("find") ?? document.querySelector(".find-link"))?.focus(),
  "?": () => {
    const dialog = document.getElementById("keys");
    if (dialog && !dialog.open) dialog.showModal();
  },
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => document.querySelector("tr.is-at .js-pick")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") {
    if (typing(event.target)) event.target.blur();
    else if (!document.querySelector("dialog[open]")) document.querySelector("[data-esc]")?.click();
    return;
  }
  if (typing(event.target) && !event.target.matches("[type=checkbox], [type=radio]")) return;
  if (document.querySelector("dialog[open]")) return;
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

// Groups of the navigation close when something else is meant; without script their own summary closes them.
function closeGroups(except) {
  document.querySelectorAll(".nav-group[open]").forEach((group) => { if (!group.contains(except)) group.open = false; });
}
document.addEventListener("click", (event) => closeGroups(event.target));
document.addEventListener("focusin", (event) => closeGroups(event.target));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector(".nav-group[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
  event.preventDefault();
}, { capture: true });

// Dialogs: data-opens and data-closes name one; data-must-equal keeps its button off until the word is typed.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    dialog?.showModal();
    dialog?.querySelectorAll("[data-must-equal]").forEach(checkTyped);
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) document.getElementById(closer.dataset.closes)?.close();
});

function checkTyped(input) {
  const button = input.form.querySelector("[type=submit]");
  button.disabled = input.value.trim() !== input.dataset.mustEqual;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-must-equal]")) checkTyped(event.target);
});

// Rows that can be selected: .js-pick per row, [data-pick-all] in the header; buttons of the form say how many.
function countPicks(form) {
  const picks = [...form.querySelectorAll(".js-pick")];
  const picked = picks.filter((pick) => pick.checked);
  picks.forEach((pick) => pick.closest("tr")?.setAttribute("aria-selected", String(pick.checked)));
  form.querySelectorAll("[data-pick-all]").forEach((all) => {
    all.checked = picked.length > 0 && picked.length === picks.length;
    all.indeterminate = picked.length > 0 && picked.length < picks.length;
  });
  const count = picked.length.toLocaleString(document.documentElement.lang || undefined);
  const outside = form.id ? `, [form="${form.id}"][data-count-label]` : "";
  document.querySelectorAll(`#${form.id || "none"} [data-count-label]${outside}`).forEach((button) => {
    button.disabled = picked.length === 0;
    button.textContent = button.dataset.countLabel.replace("{n}", count);
  });
  document.querySelectorAll("[data-picked]").forEach((place) => {
    place.textContent = picked.length ? place.dataset.picked.replace("{n}", count) : place.dataset.none ?? "";
  });
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form) return;
  if (event.target.matches("[data-pick-all]")) {
    form.querySelectorAll(".js-pick:not(:disabled)").forEach((pick) => { pick.checked = event.target.checked; });
  }
  if (event.target.matches("[data-pick-all], .js-pick")) countPicks(form);
});

const countAll = (root) => {
  const forms = new Set([...root.querySelectorAll(".js-pick")].map((pick) => pick.form));
  forms.forEach((form) => form && countPicks(form));
};

// A click on a row of the demonstration accounts fills the sign-in form.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-fill-username]");
  if (!row) return;
  document.getElementById("id_username").value = row.dataset.fillUsername;
  const password = document.getElementById("id_password");
  password.value = row.dataset.fillPassword;
  password.focus();
});

/** Show `text` in the corner for ten seconds; the newest three stay. Other scripts may import this. */
export function toast(text) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.toast = "";
  element.textContent = text;
  box.append(element);
  retire(box);
}

function retire(box) {
  const all = [...box.querySelectorAll("[data-toast]")];
  all.slice(0, -3).forEach((old) => old.remove());
  all.forEach((element) => {
    if (element.dataset.timed) return;
    element.dataset.timed = "1";
    const leave = () => {
      if (element.matches(":hover, :focus-within")) setTimeout(leave, 3000);
      else element.remove();
    };
    setTimeout(leave, 10000);
  });
}

document.addEventListener("htmx:load", (event) => {
  countAll(event.target.parentElement ?? document);
  const box = document.getElementById("toasts");
  if (box) retire(box);
});
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.lost));
document.addEventListener("htmx:responseError", (event) => {
  const code = event.detail.xhr.status;
  toast(code >= 500 ? document.body.dataset.lost : document.body.dataset.refused.replace("{code}", code));
});

countAll(document);

// Sign-out leaves nothing of the person on this device, from whatever page they sign out.
document.addEventListener("submit", (event) => {
  if (/\/sign-out\//.test(event.target.action ?? "")) forget();
});
