// The list of interactions: rows are chosen to do the same with all of them. What was chosen stays chosen when the
// table is fetched again.
import "./interactions.css";
import { t } from "../scripts/labels.js";

const chosen = new Set();
const bar = document.getElementById("bulk");
const rows = document.getElementById("rows");

rows.addEventListener("change", ({ target }) => {
  if (target.id === "pick-all") {
    for (const box of boxes()) pick(box, target.checked);
  } else if (target.matches("td.pick input")) {
    pick(target, target.checked);
  }
  tell();
});
document.addEventListener("htmx:after:swap", () => {
  const there = new Set([...boxes()].map((box) => box.value));
  for (const reference of chosen) if (!there.has(reference)) chosen.delete(reference);
  for (const box of boxes()) box.checked = chosen.has(box.value);
  tell();
});

const boxes = () => rows.querySelectorAll("td.pick input");

function pick(box, isChosen) {
  box.checked = isChosen;
  if (isChosen) chosen.add(box.value);
  else chosen.delete(box.value);
}

function tell() {
  bar.hidden = chosen.size === 0;
  bar.elements.references.value = [...chosen].join(" ");
  const all = document.getElementById("pick-all");
  if (all) {
    all.checked = chosen.size > 0 && chosen.size === boxes().length;
    all.indeterminate = chosen.size > 0 && !all.checked;
  }
  document.getElementById("bulk-count").textContent =
    chosen.size === 1 ? t("1 chosen") : t("{number} chosen", { number: chosen.size });
}
