// The help centre: searches while somebody types. Without it the form asks for a page.
import "./help.css";

const field = document.querySelector("input[data-search]");
const into = field && document.getElementById(field.dataset.into);
const subjects = document.getElementById("subjects");
let timer, asked;

field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(find, 200);
});

async function find() {
  asked?.abort();
  asked = new AbortController();
  const text = field.value.trim();
  if (subjects) subjects.hidden = text.length > 1;
  if (text.length < 2) return void (into.innerHTML = "");
  try {
    const answer = await fetch(`${field.dataset.search}?q=${encodeURIComponent(text)}`, { signal: asked.signal });
    if (answer.ok) into.innerHTML = await answer.text();
  } catch {
    // Another letter was typed meanwhile, or the connection is gone: the button still works.
  }
}
