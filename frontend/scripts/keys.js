// Single keys of the console: by what is typed, so on any layout; only outside of fields, never with a modifier, and they
// can be switched off (WCAG 2.1.4).
import { at } from "./base.js";
import { kept } from "./kept.js";

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], ui5-shellbar";
const LIST = at("/console/interactions");

/** Wires the keys, the sheet that tells them, and its switch. */
export function setUpKeys() {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const choice = kept(localStorage, "frontdesk.keys", { single: true });
  // Those of the list that was looked at last, in its order.
  const around = kept(sessionStorage, "frontdesk.list", { paths: [], address: LIST });
  const rows = () => [...document.querySelectorAll("table.list a.title")];
  const help = () => sheet.showModal();
  document.getElementById("keys-item").addEventListener("click", help);
  const box = document.getElementById("single-keys");
  box.checked = choice.value.single;
  box.addEventListener("change", () => {
    choice.value.single = box.checked;
    choice.keep();
  });
  if (location.pathname === LIST) {
    addEventListener("pagehide", () => {
      Object.assign(around.value, { paths: rows().map((row) => row.pathname), address: LIST + location.search });
      around.keep();
    });
  }
  document.getElementById("to-list")?.setAttribute("href", around.value.address);

  const step = (by) => {
    if (document.querySelector("table.list")) {
      const links = rows();
      const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
      links[at < 0 ? 0 : at + by]?.focus();
    } else {
      const next = around.value.paths[around.value.paths.indexOf(location.pathname) + by];
      if (next && around.value.paths.includes(location.pathname)) location.assign(next);
    }
  };
  // Where a macro leads: to the next one, or back to the list.
  if (new URLSearchParams(location.search).get("go") === "next") {
    location.replace(around.value.paths[around.value.paths.indexOf(location.pathname) + 1] ?? around.value.address);
  }
  const write = (kind) => {
    const form = document.getElementById("composer");
    const wanted = form?.querySelector(`[name=type][value=${kind}]`);
    if (!wanted) return;
    location.hash &&= "#talk";
    if (!wanted.checked) wanted.click();
    form.elements.text.focus();
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => document.activeElement.closest("table.list tr")?.querySelector("a.title").click(),
    u: () => location.assign(around.value.address),
    r: () => write("HA"),
    m: () => write("IM"),
    "/": () => {
      const search = document.getElementById("q");
      if (search) search.focus();
      else location.assign(`${LIST}#q`);
    },
    "?": help,
  };
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing, target } = event;
    if (!choice.value.single || ctrlKey || metaKey || altKey || isComposing || event.getModifierState("AltGraph")) return;
    if (!Object.hasOwn(keys, key) || target.closest(FIELD) || document.querySelector("dialog[open], :popover-open")) return;
    event.preventDefault();
    keys[key]();
  });
}
