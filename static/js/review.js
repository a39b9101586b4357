// LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
// The review queue: how many figures the button will approve, Ctrl+Enter, reason chips and the preview of a return.

const queue = document.getElementById("queue");
const button = document.querySelector("[data-approve]");
const keys = button?.querySelector("kbd");

function count() {
  if (!button) return;
  const picked = [...queue.querySelectorAll(".js-pick:checked")];
  const figures = picked.reduce((sum, pick) => sum + Number(pick.dataset.weight), 0);
  button.disabled = figures === 0;
  button.replaceChildren(button.dataset.label.replace("{n}", figures), " ", keys);
}

queue?.addEventListener("change", () => requestAnimationFrame(count));
queue?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-only]")) return;
  queue.querySelectorAll(".js-pick").forEach((pick) => { pick.checked = false; }); // only the one beside the button
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && button && !button.disabled) {
    event.preventDefault();
    button.click();
  }
});

const drawer = document.getElementById("drawer");
function preview() {
  drawer.querySelectorAll("[data-preview]").forEach((place) => {
    place.textContent = drawer.querySelector(`[name="${place.dataset.preview}"]`).value;
  });
}
drawer?.addEventListener("input", preview);
drawer?.addEventListener("click", ({ target }) => {
  const chip = target.closest(".chip");
  if (!chip) return;
  const words = drawer.querySelector("[name=comment]");
  drawer.querySelectorAll(".chip").forEach((other) => other.setAttribute("aria-pressed", String(other === chip)));
  words.value = [chip.textContent, words.value.split(": ").pop()].filter(Boolean).join(": ");
  preview();
  words.focus();
});
if (drawer) preview();
count();
