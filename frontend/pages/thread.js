// The page of an interaction: a template or a suggested answer is taken into the text that is being written; what
// stands behind a summary is fetched when it is opened.
import { t } from "../scripts/labels.js";
import "./thread.css";

document.addEventListener("change", ({ target }) => {
  if (target.matches("select[data-fills]") && target.value) fill(target.dataset.fills, target.value);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-take]");
  if (!button) return;
  const text = document.getElementById(button.dataset.take).textContent;
  const field = fill(button.dataset.into, text);
  // What is sent is compared with what was suggested.
  Object.assign(field.form.elements.suggested, { value: text });
  Object.assign(field.form.elements.origin, { value: button.dataset.origin });
});

// `toggle` does not bubble, so it is caught on its way down.
document.addEventListener("toggle", ({ target }) => target.open && fetchInto(target.querySelector("[data-fetch]")), true);

async function fetchInto(part) {
  if (!part || part.dataset.fetched !== undefined) return;
  part.dataset.fetched = "";
  const answer = await fetch(part.dataset.fetch, { headers: { "HX-Request": "true" } });
  if (answer.ok) part.innerHTML = await answer.text();
  else part.textContent = t("That did not work. Check the connection and try again.");
}

function fill(id, text) {
  const field = document.getElementById(id);
  field.value = text;
  field.focus();
  return field;
}
