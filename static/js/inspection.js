// Scoring on a phone: every change is kept on the device at once and sent when the network is there. What somebody else
// scored meanwhile is shown beside one's own, item by item, and nothing is overwritten.
import { keepPage, nameOf, read, refreshPage, write } from "./inspection-store.js";

const FIELDS = ["result", "value", "points", "note"];
const WAIT = 700; // ms after the last change
const AGAIN = 15000; // ms until the next try without network

const form = document.getElementById("scores");
const bar = document.querySelector("[data-state]");
const words = bar.dataset;
const name = nameOf(form.dataset.user, form.dataset.inspection);
const items = new Map([...form.querySelectorAll("[data-item]")].map((box) => [box.dataset.item, box]));
const unsent = new Map(); // code → {result, value, points, note, base}
const theirs = new Map(); // code → what somebody else scored: waits for a choice
const wrong = new Map(); // code → why the server refused it: waits for a correction
let version = Number(form.dataset.version);
let pending = null; // {key, body: {version, scores}} of a sending that was not answered: sent again as it was
let keptAt = "";
let timer = 0;
let sending = false;
let keeps = true;

const control = (code, field) => form.elements.namedItem(`${field}-${code}`);

function shown(code) {
  const of = (field) => control(code, field)?.value?.trim() ?? "";
  return Object.fromEntries(FIELDS.map((field) => [field, of(field)]));
}

function show(code, score) {
  for (const field of FIELDS) {
    const input = control(code, field);
    if (!input) continue;
    if (field === "result") for (const radio of radios(code)) radio.checked = radio.value === score.result;
    else input.value = score[field];
  }
}

const radios = (code) => [...form.querySelectorAll(`[name="result-${CSS.escape(code)}"]`)];
const base = (code) => JSON.parse(items.get(code).querySelector("[data-base]").value);
const setBase = (code, score) => {
  items.get(code).querySelector("[data-base]").value = JSON.stringify(Object.fromEntries(FIELDS.map((f) => [f, score[f] ?? ""])));
};
const same = (one, other) => FIELDS.every((field) => (one[field] ?? "") === (other[field] ?? ""));
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");

/** With a value the threshold decides between pass and fail; the server judges again. */
function judge(code) {
  const { comparator, threshold } = items.get(code).dataset;
  const typed = control(code, "value")?.value.trim();
  if (!comparator || !typed || !/^-?\d+(\.\d+)?$/.test(typed)) return;
  const [value, limit] = [Number(typed), Number(threshold)];
  const meets = { gte: value >= limit, lte: value <= limit, eq: value === limit }[comparator];
  for (const radio of radios(code)) radio.checked = radio.value === (meets ? "pass" : "fail");
}

/** A UUID also where the page is served without TLS, as in a county's own network. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function changed(code, from) {
  if (from === "value") judge(code);
  const score = shown(code);
  if (from === "result" && score.result === "na") {
    for (const field of ["value", "points"]) if (control(code, field)) control(code, field).value = "";
    Object.assign(score, { value: "", points: "" });
  }
  wrong.delete(code);
  const before = unsent.get(code)?.base ?? base(code);
  if (same(score, before) && !theirs.has(code)) unsent.delete(code);
  else unsent.set(code, { ...score, base: before });
  keep();
  draw();
  schedule(WAIT);
}

function keep(at = new Date().toISOString()) {
  keptAt = unsent.size || pending ? at : keptAt;
  keeps = write(name, version, Object.fromEntries(unsent), pending, keptAt);
  drawKept();
}

function schedule(after) {
  clearTimeout(timer);
  timer = setTimeout(send, after);
}

async function send() {
  const ready = [...unsent].filter(([code]) => !theirs.has(code) && !wrong.has(code));
  if (sending || (!ready.length && !pending)) return draw();
  if (!pending) {
    pending = { key: newKey(), body: { version, scores: ready.map(([item, score]) => ({ item, ...score })) } };
    keep();
  }
  sending = true;
  draw();
  let answer = null;
  try {
    answer = await fetch(form.action || location.pathname, {
      method: "POST", redirect: "manual", credentials: "same-origin",
      headers: {
        "Content-Type": "application/json", "Idempotency-Key": pending.key,
        "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
      },
      body: JSON.stringify(pending.body),
    });
  } catch {
    sending = false;
    state(fill(words.waiting, { n: unsent.size }));
    return schedule(AGAIN);
  }
  sending = false;
  await received(answer);
}

async function received(answer) {
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  if (answer.type === "opaqueredirect" || answer.status === 401 || (answer.status === 403 && !isJson)) {
    state(fill(words.signin, { n: unsent.size }));
    return schedule(AGAIN);
  }
  if (!isJson || answer.status >= 500) {
    state(fill(words.waiting, { n: unsent.size }));
    return schedule(AGAIN);
  }
  const body = await answer.json();
  const sent = pending.body.scores.filter(({ item }) => items.has(item));
  pending = null;
  if (answer.ok) stored(sent, body.version);
  else if (body.theirs) conflict(body);
  else if (answer.status === 422) refused(body);
  else {
    keep();
    return state(fill(words.closed, { detail: body.detail ?? answer.status }));
  }
  keep();
  draw(answer.ok);
  if (answer.ok && !unsent.size) refreshPage(form.dataset.user).catch(() => draw());
  if ([...unsent.keys()].some((code) => !theirs.has(code) && !wrong.has(code))) schedule(WAIT);
}

function stored(scores, newest) {
  version = newest;
  for (const { item: code, ...sent } of scores) {
    const now = shown(code);
    setBase(code, sent);
    if (same(now, sent)) unsent.delete(code);
    else unsent.set(code, { ...now, base: Object.fromEntries(FIELDS.map((field) => [field, sent[field]])) });
  }
}

function conflict(body) {
  for (const [code, score] of Object.entries(body.theirs)) if (items.has(code)) theirs.set(code, score);
}

function refused(body) {
  for (const { field, detail } of body.errors ?? []) {
    const code = (field ?? "").replace(/^item-/, "");
    if (items.has(code)) wrong.set(code, detail);
  }
}

/** The person chose: theirs becomes what was seen; mine is sent on top of it. */
function choose(code, mine) {
  const other = theirs.get(code);
  theirs.delete(code);
  setBase(code, other);
  if (mine) unsent.set(code, { ...shown(code), base: base(code) });
  else {
    show(code, base(code));
    unsent.delete(code);
  }
  keep();
  draw();
  schedule(0);
}

const label = (score) => {
  const [pass, fail, na] = words.labels.split("|");
  const said = { pass, fail, na }[score.result];
  return [said, score.value, score.points, score.note].filter(Boolean).join(" · ") || words.nothing;
};

function drawConflict(code, box) {
  const place = box.querySelector("[data-conflict]");
  const other = theirs.get(code);
  place.hidden = !other;
  place.replaceChildren();
  if (!other) return;
  const side = (head, text, button, mine) => {
    const part = document.createElement("div");
    part.className = "side";
    const bold = document.createElement("b");
    bold.textContent = head;
    const click = document.createElement("button");
    Object.assign(click, { type: "button", className: "btn", textContent: button });
    click.addEventListener("click", () => choose(code, mine));
    part.append(bold, text, click);
    return part;
  };
  const sides = document.createElement("div");
  sides.className = "sides";
  sides.append(
    side(words.mine, label(shown(code)), words.keepMine, true),
    side([words.theirs, other.by].filter(Boolean).join(" · "), label(other), words.takeTheirs, false),
  );
  const ask = document.createElement("span");
  ask.textContent = words.choose;
  place.append(ask, sides);
}

const isDone = (code) => {
  const score = shown(code);
  if (form.dataset.inPoints) return score.points !== "" || score.result === "na";
  return score.result !== "" && (!items.get(code).dataset.comparator || score.result === "na" || score.value !== "");
};

/** Judged items fold on a phone; what failed, is wrong, disputed or was opened by a tap stays open. */
function drawFold(code, box) {
  const score = shown(code);
  const types = box.contains(document.activeElement) && document.activeElement.matches(".input");
  const stays = types || score.result === "fail" || wrong.has(code) || theirs.has(code) || box.classList.contains("is-open");
  const button = box.querySelector("[data-unfold]");
  box.classList.toggle("is-folded", isDone(code) && !stays);
  button.textContent = label(score);
  button.hidden = !isDone(code) || stays;
}

function drawKept() {
  const place = document.querySelector("[data-kept]");
  const time = keptAt ? new Date(keptAt).toTimeString().slice(0, 5) : "";
  place.textContent = time ? fill(place.dataset.words, { time }) : place.dataset.none;
}

function state(text) {
  bar.textContent = text;
}

function draw(saved = false) {
  for (const [code, box] of items) {
    box.classList.toggle("is-fail", shown(code).result === "fail");
    box.classList.toggle("is-done", isDone(code));
    box.classList.toggle("is-wrong", wrong.has(code));
    box.classList.toggle("has-conflict", theirs.has(code));
    const said = box.querySelector("[data-wrong]");
    said.textContent = wrong.get(code) ?? "";
    said.hidden = !wrong.has(code);
    drawConflict(code, box);
    drawFold(code, box);
  }
  drawSums();
  drawKept();
  if (!keeps) state(words.nostore);
  else if (theirs.size) state(fill(words.conflict, { n: theirs.size }));
  else if (wrong.size) state(fill(words.wrong, { n: wrong.size }));
  else if (sending) state(words.saving);
  else if (saved) state(fill(words.saved, { time: new Date().toTimeString().slice(0, 5) }));
  else if (unsent.size && !navigator.onLine) state(fill(words.waiting, { n: unsent.size }));
  document.querySelector("[data-go]").toggleAttribute("aria-disabled", unsent.size > 0);
}

function drawSums() {
  const place = document.querySelector("[data-sums]");
  const codes = [...items.keys()];
  const parts = [fill(place.dataset.words, { n: codes.filter(isDone).length, all: codes.length })];
  if (form.dataset.inPoints) {
    const cents = codes.reduce((sum, code) => sum + Math.round((Number(shown(code).points) || 0) * 100), 0);
    parts.push(fill(place.dataset.points, { n: cents / 100, most: Number(place.dataset.most) }));
  }
  const failed = codes.filter((code) => shown(code).result === "fail").length;
  if (failed) parts.push(fill(place.dataset.failed, { n: failed }));
  place.textContent = parts.join(" · ");
}

function start() {
  const kept = read(name);
  pending = kept.sending ?? null;
  for (const [code, score] of Object.entries(kept.items)) {
    if (!items.has(code)) continue;
    show(code, score);
    if (!same(score, base(code))) unsent.set(code, score);
  }
  // what was typed against an older version is sent as such: the server compares, it does not overwrite
  if (unsent.size && Number.isInteger(kept.version)) version = Math.min(version, kept.version);
  keep(kept.at);
  form.classList.add("is-live");
  form.addEventListener("click", (event) => {
    const box = event.target.closest("[data-unfold]")?.closest("[data-item]");
    if (!box) return;
    box.classList.add("is-open");
    draw();
    box.querySelector(".ins-set input")?.focus({ preventScroll: true });
  });
  form.addEventListener("input", (event) => {
    const box = event.target.closest("[data-item]");
    if (box) changed(box.dataset.item, event.target.name.split("-")[0]);
  });
  form.addEventListener("focusout", (event) => {
    const box = event.target.closest("[data-item]");
    if (box) setTimeout(() => drawFold(box.dataset.item, box));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    schedule(0);
  });
  // a second tap on the chosen answer takes it back
  form.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest("label")?.querySelector("input[type=radio]");
    if (radio) radio.dataset.was = radio.checked ? "1" : "";
  });
  form.addEventListener("click", (event) => {
    if (event.target.type !== "radio" || event.target.dataset.was !== "1" || event.detail === 0) return;
    event.target.checked = false;
    event.target.dataset.was = "";
    changed(event.target.closest("[data-item]").dataset.item, "result");
  });
  document.querySelector("[data-next]").addEventListener("click", () => {
    const open = [...items].find(([code]) => !isDone(code))?.[1];
    open?.scrollIntoView({ block: "center", behavior: "smooth" });
    open?.querySelector("input:not([type=hidden])")?.focus({ preventScroll: true });
  });
  document.querySelector("[data-go]").addEventListener("click", (event) => {
    if (!unsent.size) return;
    event.preventDefault();
    schedule(0);
  });
  addEventListener("online", () => schedule(0));
  addEventListener("offline", () => draw());
  document.addEventListener("visibilitychange", () => document.hidden || schedule(0));
  draw();
  schedule(0);
  addEventListener("load", () => keepPage(form.dataset.user, form.dataset.worker).catch(() => draw()));
  if (document.readyState === "complete") keepPage(form.dataset.user, form.dataset.worker).catch(() => draw());
}

start();
