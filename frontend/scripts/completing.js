// What is kept under a name is inserted while one writes: a sign at the beginning of a word ("/") opens a list of what
// begins or goes on like the letters behind it. Arrows choose, Enter or Tab inserts, Escape closes.
import { announce } from "./announce.js";

/** Completes words of `field`. `sources()` gives, by sign, pairs of name and text. */
export function complete(field, sources) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${field.id}-completion`, role: "listbox", className: "completion", hidden: true });
  list.setAttribute("aria-label", field.dataset.completions);
  field.before(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  let found = [];
  let chosen = 0;
  let begins = 0;

  const choose = (at) => {
    chosen = (at + found.length) % found.length;
    [...list.children].forEach((each, number) => each.setAttribute("aria-selected", number === chosen));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[chosen].id);
    announce(found[chosen][0]);
  };
  const close = () => {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };
  const insert = (at) => {
    insertText(field, found[at][1], begins);
    close();
  };
  field.addEventListener("input", () => {
    const typed = /(?:^|\s)([/@])([^\s/@]{0,30})$/.exec(field.value.slice(0, field.selectionStart));
    const wanted = typed?.[2].toLowerCase();
    found = typed ? (sources()[typed[1]] ?? []).filter(([name]) => name.toLowerCase().includes(wanted)).slice(0, 8) : [];
    if (!found.length) return close();
    begins = field.selectionStart - typed[2].length - 1;
    list.replaceChildren(...found.map(([name], number) => option(list, name, number)));
    list.hidden = false;
    choose(0);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.metaKey) return;
    const does = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => insert(chosen),
      Tab: () => insert(chosen),
      Escape: close,
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  });
  // Before the field loses the focus.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (at >= 0) insert(at);
  });
  field.addEventListener("blur", close);
}

/** Puts a text where the cursor is, in place of what stands from `begins` on. */
export function insertText(field, text, begins = field.selectionStart) {
  field.setRangeText(text, begins, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function option(list, name, number) {
  const item = document.createElement("li");
  Object.assign(item, { id: `${list.id}-${number}`, role: "option", textContent: name, dir: "auto" });
  return item;
}
