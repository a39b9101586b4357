// Choosing several things one by one: a field with suggestions instead of a list of lines. Without script the lines
// stay as they are and are typed. Every word comes from the page (data- attributes), so that it is translated with it.

const lines = (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean);

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** Put a searching field and the chosen ones, each with a button that takes it away, in place of `area`. */
function enhance(area) {
  const { picker, pickerAdd, pickerRemove } = area.dataset;
  const input = element("input", { id: area.id, className: "input", type: "text", autocomplete: "off" });
  input.setAttribute("list", picker);
  ["aria-describedby", "aria-invalid"].forEach((name) => {
    if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
  });
  const add = element("button", { type: "button", className: "btn", textContent: pickerAdd });
  const chosen = element("ul", { className: "picker-chosen" });
  const said = element("p", { className: "sr" });
  said.setAttribute("role", "status");
  const field = element("div", { className: "picker" });
  field.append(input, add);

  function draw() {
    chosen.replaceChildren(...lines(area).map((line) => {
      const away = element("button", { type: "button", className: "btn btn--s btn--quiet", textContent: pickerRemove });
      away.setAttribute("aria-label", `${pickerRemove} ${line}`);
      away.addEventListener("click", () => {
        area.value = lines(area).filter((one) => one !== line).join("\n");
        draw();
        input.focus();
      });
      const row = element("li", {});
      row.append(element("span", { textContent: line }), away);
      return row;
    }));
  }

  function take() {
    const text = input.value.trim();
    if (!text) return;
    if (!lines(area).includes(text)) area.value = [...lines(area), text].join("\n");
    input.value = "";
    said.textContent = text;
    draw();
  }

  const offered = document.getElementById(picker);
  add.addEventListener("click", () => { take(); input.focus(); });
  input.addEventListener("input", () => {
    if ([...offered.options].some((option) => option.value === input.value)) take();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    take();
  });
  area.form.addEventListener("submit", take);
  area.removeAttribute("id");
  area.required = false;
  area.hidden = true;
  area.after(field, chosen, said);
  draw();
}

document.querySelectorAll("textarea[data-picker]").forEach(enhance);
