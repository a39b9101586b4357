// The entry grid: movement, paste, saving while typing. The server parses, judges and stores; this shows what it said.
import * as store from "./grid-store.js";

const form = document.getElementById("grid");
const WAIT = 700; // ms after the last key before a cell is saved
const { gettext, ngettext, interpolate } = window;

const inputs = () => [...form.querySelectorAll("input.cell")];
const keyOf = (input) => input.name.slice(2);
const cellOf = (key) => form.querySelector(`input.cell[name="c-${key}"]`);
const reasonOf = (key) => form.querySelector(`[data-reason="${key}"]`);
const versionOf = (key) => form.querySelector(`input[name="v-${key}"]`);
const previousOf = (input) => input.closest("td").querySelector(".prev").textContent.replace(/[,—]/g, "");
const isOpen = (input) => input && !input.readOnly;

let unsent = {};
let timer = 0;
let sending = null;
let lastPaste = [];

function note(input) {
  const key = keyOf(input);
  unsent[key] = { text: input.value, reason: reasonOf(key)?.value ?? input.dataset.reasonKept ?? "", version: Number(versionOf(key)?.value ?? 0) };
  store.write(form.dataset.store, unsent);
  clearTimeout(timer);
  timer = setTimeout(send, WAIT);
}

/** Send everything waiting; one request at a time. Resolves when nothing is left to send, or the server cannot be reached. */
async function send() {
  clearTimeout(timer);
  if (sending) await sending;
  if (!Object.keys(unsent).length) return true;
  sending = post();
  const arrived = await sending;
  sending = null;
  return arrived && Object.keys(unsent).length ? send() : arrived;
}

async function post() {
  const batch = { ...unsent };
  const cells = Object.entries(batch).map(([key, cell]) => {
    const [indicator, unit] = key.split("-").map(Number);
    return { indicator, unit, ...cell };
  });
  let answer;
  try {
    const response = await fetch(form.dataset.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
      body: JSON.stringify({ cells }),
      keepalive: cells.length < 200,
    });
    if (response.redirected || !(response.headers.get("Content-Type") ?? "").includes("json")) throw new Error("signed out");
    answer = await response.json();
  } catch {
    saved(gettext("Not sent yet: kept in this browser, will be tried again"), true);
    timer = setTimeout(send, 10000);
    return false;
  }
  for (const [key, cell] of Object.entries(batch)) {
    if (unsent[key]?.text === cell.text && unsent[key]?.reason === cell.reason) delete unsent[key];
  }
  store.write(form.dataset.store, unsent);
  if (answer.error) {
    saved(`${answer.error} ${answer.do ?? ""}`, true);
    return false;
  }
  answer.rows.forEach((row) => redraw(row, batch));
  answer.refused.forEach(refused);
  if (!answer.refused.length) saved(interpolate(gettext("Draft saved %s"), [answer.at]));
  recount();
  return true;
}

/** Say something in the corner for a while. shell.js is not imported: under a hashed name it would run twice. */
function toast(text) {
  const element = Object.assign(document.createElement("div"), { className: "toast", textContent: text });
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), 6000);
}

function saved(text, trouble = false) {
  const place = document.getElementById("saved");
  place.hidden = false;
  place.classList.toggle("is-trouble", trouble);
  place.textContent = text;
}

function refused({ key, text, do: next, theirs, version }) {
  const input = cellOf(key);
  if (!input) return;
  input.closest("td").className = "is-err";
  if (versionOf(key)) versionOf(key).value = version;
  const both = theirs === null ? "" : interpolate(gettext("Yours: “%s”, theirs: “%s”."), [input.value, theirs]);
  saved([text, both, next].filter(Boolean).join(" "), true);
}

/** Take over the version the server gave; a cell changed by somebody else shows their text unless one was typed here. */
function takeVersion(cell, input, batch) {
  const mine = cell.key in batch;
  if (cell.key in unsent && !mine) return; // the next save will tell both values
  if (cell.key in unsent) unsent[cell.key].version = cell.version;
  else if (!mine) input.value = cell.text;
  if (versionOf(cell.key)) versionOf(cell.key).value = cell.version;
}

/** Take over what the server says of one row, without touching the cell being typed in. */
function redraw(row, batch) {
  const tr = form.querySelector(`tr[data-unit="${row.unit}"]`);
  for (const cell of row.cells) {
    const input = cellOf(cell.key);
    if (!input || input.readOnly) continue;
    const td = input.closest("td");
    const fresh = [...td.classList].filter((name) => name.startsWith("is-new") || name.startsWith("new-"));
    td.className = [cell.css, ...fresh].filter(Boolean).join(" ");
    takeVersion(cell, input, batch);
    input.dataset.value = cell.value ?? "";
    input.dataset.reasonKept = cell.reason;
    input.title = cell.value && cell.value.replace(/,/g, "") !== input.value.trim() ? interpolate(gettext("Read as %s"), [cell.value]) : "";
    if (cell.err || cell.warn) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", `m-${cell.key}`);
  }
  tr.querySelectorAll("[data-light]").forEach((place) => {
    const light = document.createElement("span");
    light.className = `light light--${row.light.kind}`;
    light.textContent = row.light.words;
    place.replaceChildren(light);
  });
  if (tr.dataset.signature === row.signature) return;
  tr.dataset.signature = row.signature;
  const old = form.querySelector(`tr[data-says="${row.unit}"]`);
  const typing = old?.contains(document.activeElement) ? document.activeElement : null;
  tr.classList.toggle("has-says", Boolean(row.says));
  if (typing) return; // the reason is being written; the next save redraws
  old?.remove();
  if (row.says) tr.insertAdjacentHTML("afterend", row.says);
}

function recount() {
  const all = inputs();
  const open = all.filter(isOpen);
  const counts = {
    err: open.filter((i) => i.closest("td").classList.contains("is-err")).length,
    warn: open.filter((i) => i.closest("td").classList.contains("is-warn")).length,
    blank: open.filter((i) => !i.value.trim()).length,
  };
  document.querySelectorAll("[data-count]").forEach((place) => {
    place.hidden = counts[place.dataset.count] === 0;
    place.textContent = place.dataset.label.replace("{n}", counts[place.dataset.count]);
  });
  const filled = document.querySelector("[data-filled]");
  if (filled) filled.textContent = all.filter((i) => i.value.trim()).length;
  form.querySelectorAll("[data-total]").forEach((td) => {
    const column = all.filter((i) => keyOf(i).startsWith(`${td.dataset.total}-`));
    const known = column.map((i) => (i.dataset.value ?? i.value).replace(/,/g, "").trim()).filter((t) => t !== "" && Number.isFinite(Number(t)));
    const sum = known.reduce((total, text) => total + Number(text), 0);
    td.querySelector(".now").textContent = known.length ? sum.toLocaleString("en-US", { maximumFractionDigits: 4 }) : "—";
  });
}

// ---------- movement and keys ----------

const lines = () => [...form.querySelectorAll("tr[data-unit]")];

function move(input, down, across) {
  const td = input.closest("td");
  const tr = td.parentElement;
  let [row, column] = [lines().indexOf(tr), td.cellIndex];
  for (;;) {
    row += down;
    column += across;
    const next = lines()[row]?.cells[column];
    if (!next || next.classList.contains("row-state") || next.tagName === "TH") return;
    const found = next.querySelector("input.cell");
    if (found) {
      found.focus();
      found.select();
      found.scrollIntoView({ block: "nearest", inline: "nearest" });
      return;
    }
  }
}

function nextProblem(kinds = ".is-err, .is-warn, .is-back") {
  const list = [...form.querySelectorAll(kinds)].map((td) => td.querySelector("input.cell"));
  const places = list.length ? list : inputs().filter((i) => isOpen(i) && !i.value.trim());
  if (!places.length) return toast(gettext("No problem and no empty cell left"));
  const at = places.indexOf(document.activeElement);
  const next = places[(at + 1) % places.length];
  next.closest("tr").classList.remove("is-fine");
  next.focus();
  next.scrollIntoView({ block: "center", inline: "nearest" });
  return next;
}

function fillBlanks() {
  const filled = inputs().filter((i) => isOpen(i) && !i.value.trim() && previousOf(i) !== "" && i.dataset.anew === undefined);
  filled.forEach((input) => set(input, previousOf(input)));
  toast(interpolate(ngettext("%s blank cell filled with last period's figure", "%s blank cells filled with last period's figures", filled.length), [filled.length]));
}

function set(input, text) {
  input.value = text;
  delete input.dataset.value;
  note(input);
}

form?.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches("input.cell") || event.isComposing) return;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] };
  const edge = input.selectionStart === input.selectionEnd || input.selectionEnd - input.selectionStart === input.value.length;
  if (event.key === "ArrowLeft" && edge && input.selectionStart === 0) steps.ArrowLeft = [0, -1];
  if (event.key === "ArrowRight" && edge && input.selectionEnd === input.value.length) steps.ArrowRight = [0, 1];
  if (steps[event.key] && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    move(input, ...steps[event.key]);
  } else if ((event.key === "=" || event.key === "＝") && isOpen(input)) {
    event.preventDefault();
    if (previousOf(input) !== "") set(input, previousOf(input));
  } else if (event.key === "z" && (event.ctrlKey || event.metaKey) && lastPaste.length) {
    event.preventDefault();
    undoPaste();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F8" && form) {
    event.preventDefault();
    nextProblem();
  } else if (event.altKey && event.code === "KeyN" && form) {
    event.preventDefault();
    fillBlanks();
  }
});

// ---------- paste of a block ----------

form?.addEventListener("paste", (event) => {
  const input = event.target;
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (!input.matches("input.cell") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  undoTint();
  lastPaste = [];
  const block = text.split("\n").map((line) => line.split("\t"));
  const list = lines();
  const top = list.indexOf(input.closest("tr"));
  const left = input.closest("td").cellIndex;
  let [outside, converted] = [0, 0];
  block.forEach((values, down) => values.forEach((value, across) => {
    const target = list[top + down]?.cells[left + across]?.querySelector("input.cell");
    if (!isOpen(target)) { outside += value.trim() ? 1 : 0; return; }
    lastPaste.push([target, target.value]);
    converted += /[０-９，．]|,|[^\d.\s-]/.test(value) && value.trim() ? 1 : 0;
    set(target, value.trim());
    tint(target, down === 0, down === block.length - 1, across === 0, across === values.length - 1);
  }));
  tellPaste(lastPaste.length, converted, outside);
  recount();
  send();
});

function tint(target, top, bottom, left, right) {
  const td = target.closest("td");
  td.classList.add("is-new");
  [[top, "new-t"], [bottom, "new-b"], [left, "new-l"], [right, "new-r"]].forEach(([on, name]) => on && td.classList.add(name));
}
const undoTint = () => form.querySelectorAll(".is-new").forEach((td) => td.classList.remove("is-new", "new-t", "new-b", "new-l", "new-r"));

function undoPaste() {
  lastPaste.forEach(([input, before]) => set(input, before));
  lastPaste = [];
  undoTint();
  document.getElementById("paste-note").hidden = true;
  recount();
  send();
}

function tellPaste(count, converted, outside) {
  const box = document.getElementById("paste-note");
  const parts = [interpolate(ngettext("%s cell pasted.", "%s cells pasted.", count), [count])];
  if (converted) parts.push(interpolate(ngettext("%s with full-width digits, separators or a measure was read as a figure.", "%s with full-width digits, separators or a measure were read as figures.", converted), [converted]));
  if (outside) parts.push(interpolate(ngettext("%s value fell on cells that cannot be changed and was left out.", "%s values fell on cells that cannot be changed and were left out.", outside), [outside]));
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn--quiet btn--s", textContent: gettext("Undo the paste") });
  button.addEventListener("click", undoPaste);
  const message = Object.assign(document.createElement("div"), { className: "msg msg--info" });
  const words = Object.assign(document.createElement("div"), { textContent: parts.join(" ") });
  const end = Object.assign(document.createElement("span"), { className: "end" });
  end.append(button);
  message.append(words, end);
  box.replaceChildren(message);
  box.hidden = false;
}

// ---------- the bar above the grid, folding, submitting ----------

form?.addEventListener("focusin", ({ target }) => {
  if (!target.matches("input.cell")) return;
  const bar = document.getElementById("cellbar");
  const td = target.closest("td");
  bar.querySelector(".at").textContent = target.getAttribute("aria-label");
  bar.querySelector(".more").textContent = `${bar.dataset.previous} ${td.querySelector(".prev").textContent}  ${bar.dataset.goal} ${td.querySelector(".goal").textContent}`;
  const way = bar.querySelector(".way");
  way.hidden = false;
  way.href = `${location.pathname}cell/${keyOf(target)}/`;
});
form?.addEventListener("input", ({ target }) => {
  if (target.matches("input.cell")) { delete target.dataset.value; note(target); recount(); }
  if (target.matches("[data-reason]")) { const input = cellOf(target.dataset.reason); if (input) note(input); }
});
form?.addEventListener("focusout", ({ target }) => { if (target.matches("input.cell, [data-reason]")) send(); });
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (button) { button.closest("tr").classList.remove("is-fine"); button.remove(); }
});
document.querySelector("[data-next]")?.addEventListener("click", () => nextProblem());
document.querySelectorAll("a[data-count]").forEach((link) => link.addEventListener("click", (event) => {
  event.preventDefault();
  nextProblem(`.is-${link.dataset.count}`);
}));
document.querySelector("[data-fill]")?.addEventListener("click", (event) => { event.preventDefault(); fillBlanks(); send(); });
form?.addEventListener("submit", async (event) => {
  if (form.dataset.sent) return;
  event.preventDefault();
  const button = event.submitter;
  if (!(await send())) return;
  form.dataset.sent = "1";
  form.querySelectorAll("input.cell, [data-reason], input[name^='v-']").forEach((input) => { input.disabled = true; }); // stored already
  const action = Object.assign(document.createElement("input"), { type: "hidden", name: "action", value: button?.value ?? "save" });
  form.append(action);
  HTMLFormElement.prototype.submit.call(form);
});
window.addEventListener("online", () => send());
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && form) send(); });

store.clearAtSignOut();
if (form && !form.dataset.locked) {
  document.querySelectorAll(".js-less").forEach((element) => { element.hidden = true; });
  unsent = store.read(form.dataset.store);
  for (const [key, cell] of Object.entries(unsent)) {
    const input = cellOf(key);
    if (isOpen(input)) input.value = cell.text;
    else delete unsent[key];
  }
  // typed before this script ran, or put back by the browser after "back"
  inputs().filter((input) => isOpen(input) && input.value !== input.defaultValue && !(keyOf(input) in unsent)).forEach(note);
  if (Object.keys(unsent).length) send();
}
