// The page of an interaction: a template or a suggested answer is taken into the text that is being written.
import "./thread.css";

document.addEventListener("change", ({ target }) => {
  if (target.matches("select[data-fills]") && target.value) fill(target.dataset.fills, target.value);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-take]");
  if (button) fill(button.dataset.into, document.getElementById(button.dataset.take).textContent);
});

function fill(id, text) {
  const field = document.getElementById(id);
  field.value = text;
  field.focus();
}
