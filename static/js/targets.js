// The residual of a split, counted while one types. The server counts again on save; this only helps.

const form = document.querySelector("form.split");
if (form) {
  const whole = Number(form.dataset.whole);
  const sumCell = form.querySelector("[data-sum]");
  const residual = form.querySelector("[data-residual]");

  // full-width digits, separators, 万: the same readings as programs/numbers.py
  const read = (text) => {
    const plain = text.normalize("NFKC").replace(/[\s,]/g, "");
    const match = /^(\d+(?:\.\d+)?)(万)?$/.exec(plain);
    return match ? Number(match[1]) * (match[2] ? 10000 : 1) : 0;
  };
  const write = (value) => (Math.round(value * 10000) / 10000).toLocaleString("en-US", { maximumFractionDigits: 4 });

  const count = () => {
    let sum = 0;
    for (const input of form.querySelectorAll("[data-share]")) sum += read(input.value);
    const rest = Math.round((whole - sum) * 10000) / 10000;
    sumCell.textContent = write(sum);
    const words = rest === 0 ? form.dataset.even : rest > 0 ? form.dataset.left : form.dataset.over;
    residual.textContent = words.replace("{n}", write(Math.abs(rest)));
    residual.className = rest === 0 ? "green" : "amber";
  };

  form.addEventListener("input", count);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-share]")) return;
    event.preventDefault();
    const all = [...form.querySelectorAll("[data-share]")];
    all[all.indexOf(event.target) + (event.shiftKey ? -1 : 1)]?.focus();
  });
}
