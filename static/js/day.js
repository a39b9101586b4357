// A day may be typed or chosen: the button beside the field opens the browser's own calendar. Without script there is
// no button and the field stands alone.

const ISO = /^\d{4}-\d\d-\d\d$/;

const show = (root) => root.querySelectorAll(".day-pick[hidden]").forEach((button) => { button.hidden = false; });

/** The date input behind `field`, made when it is first wanted; what is chosen in it is written into the field. */
function calendar(field) {
  const made = field.parentElement.querySelector(".day-native");
  if (made) return made;
  const native = Object.assign(document.createElement("input"), { type: "date", className: "day-native", tabIndex: -1 });
  native.setAttribute("aria-hidden", "true");
  native.addEventListener("change", () => {
    field.value = native.value;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.focus();
  });
  field.after(native);
  return native;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".day-pick");
  if (!button) return;
  const field = button.parentElement.querySelector("input:not(.day-native)");
  const native = calendar(field);
  native.value = ISO.test(field.value) ? field.value : "";
  native.showPicker();
});

show(document);
document.addEventListener("htmx:afterSwap", (event) => show(event.target));
