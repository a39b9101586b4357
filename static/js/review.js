// Deciding in bulk: the buttons say how many figures, the drawer shows what the reporter will read. Everything works
// without this file; every word comes from the page.

const form = document.getElementById("decide");
const rows = form ? [...form.querySelectorAll(".js-row")] : [];
const written = (number) => number.toLocaleString(document.documentElement.lang || undefined);

/** Count the figures behind the ticked boxes (a unit's box stands for many) and write them on the buttons. */
function sum() {
  const count = rows.reduce((total, row) => total + (row.checked ? Number(row.dataset.n) : 0), 0);
  rows.forEach((row) => row.closest("tr").classList.toggle("is-own", row.checked));
  document.querySelectorAll("[data-sum-all]").forEach((all) => {
    const group = rows.filter((row) => row.dataset.group === all.dataset.sumAll);
    const ticked = group.filter((row) => row.checked).length;
    all.checked = ticked > 0 && ticked === group.length;
    all.indeterminate = ticked > 0 && ticked < group.length;
    all.disabled = group.length === 0;
  });
  document.querySelectorAll("[data-sum-label]").forEach((button) => {
    const keys = button.querySelector("kbd");
    button.disabled = count === 0;
    button.textContent = button.dataset.sumLabel.replace("{n}", written(count));
    if (keys) button.append(" ", keys);
  });
  document.querySelectorAll("[data-sum]").forEach((place) => {
    place.textContent = count ? place.dataset.sum.replace("{n}", written(count)) : place.dataset.none;
  });
}

document.addEventListener("change", (event) => {
  const all = event.target.dataset.sumAll;
  if (all) rows.filter((row) => row.dataset.group === all).forEach((row) => { row.checked = event.target.checked; });
  if (all || event.target.matches(".js-row")) sum();
});
if (form) sum();

// What the reporter will read, while it is written.
const drawer = document.querySelector("[data-preview-form]");

function preview() {
  const kind = drawer.querySelector("[name=kind]:checked");
  const redo = drawer.querySelector("[data-preview=redo]");
  const comment = drawer.querySelector("[data-preview=comment]").value;
  const texts = {
    comment: kind?.value ? drawer.dataset.pattern.replace("{kind}", kind.parentElement.textContent.trim()).replace("{comment}", () => comment) : comment,
    ask: drawer.querySelector("[data-preview=ask]").value,
    redo: redo.selectedOptions[0]?.textContent ?? "",
  };
  Object.entries(texts).forEach(([name, text]) => { drawer.querySelector(`[data-shows=${name}]`).textContent = text; });
  drawer.querySelector("[data-preview-box]").hidden = false;
}

if (drawer) {
  drawer.addEventListener("input", preview);
  drawer.addEventListener("change", preview);
  preview();
  drawer.querySelector("[data-preview=comment]").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const inside = drawer?.contains(document.activeElement);
    const button = inside ? drawer.querySelector("[type=submit]") : document.querySelector("[data-go]");
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const typing = event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.key.toLowerCase() === "x") document.querySelector("tr.is-at .js-row")?.click();
});
