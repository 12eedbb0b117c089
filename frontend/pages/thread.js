// The page of an interaction: a template or a suggested answer is taken into the text that is being written, which is
// kept in this tab until it is sent; what stands behind a summary is fetched when it is opened; sections stay as they
// were left.
import { t } from "../scripts/labels.js";
import { complete, insertText } from "../scripts/completing.js";
import { kept } from "../scripts/kept.js";
import { showLocalTimes } from "../scripts/times.js";
import "./thread.css";

const text = document.getElementById("reply-text");
const form = text.form;
const scroller = document.getElementById("scroller");
const newest = document.getElementById("to-newest");

document.addEventListener("change", ({ target }) => {
  if (target.id !== "template" || !target.value) return;
  if (target.selectedOptions[0].closest("[data-inserts]")) insertText(text, target.value);
  else fill(target.value);
  target.selectedIndex = 0;
});
const offered = (sign) =>
  [...document.querySelectorAll(`[data-inserts="${sign}"] option`)].map((each) => [each.label, each.value]);
complete(text, () => ({ "/": offered("/"), "@": form.elements.type.value === "IM" ? offered("@") : [] }));
// A macro adds to what stands there now.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.action.endsWith("/macro") && form.elements.type.value === "HA") formData.set("reply", text.value);
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-take]");
  if (!button) return;
  const offered = document.getElementById(button.dataset.take).textContent;
  // What is sent is compared with what was suggested.
  Object.assign(form.elements.suggested, { value: offered });
  Object.assign(form.elements.origin, { value: button.dataset.origin });
  button.closest("[popover]")?.hidePopover();
  fill(offered);
});

function fill(words) {
  text.value = words;
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

// Reply and memo are kept apart. What stands in the conversation was sent.
const drafts = kept(sessionStorage, `frontdesk.draft${location.pathname}`, {});
drafts.value.HA ||= text.defaultValue; // what was kept from another tab or device
if (new URLSearchParams(location.search).has("used")) {
  drafts.value.HA = text.defaultValue; // a macro has just added to it
  drafts.keep();
  history.replaceState(null, "", location.pathname + location.hash);
}
drafts.value.IM ||= text.dataset.memo;
const plain = (words) => words.replace(/\s+/g, " ").trim();
const sent = new Set([...scroller.querySelectorAll(".message.out .prose")].map((each) => plain(each.textContent)));
for (const [kind, words] of Object.entries(drafts.value)) if (sent.has(plain(words))) delete drafts.value[kind];
if (!drafts.value.HA && drafts.value.IM) form.elements.type.value = "IM";
const show = () => (text.value = drafts.value[form.elements.type.value] ?? "");
show();
text.addEventListener("input", () => {
  drafts.value[form.elements.type.value] = text.value;
  drafts.keep();
});
form.addEventListener("change", ({ target }) => target.name === "type" && show());
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".emphasized"));
});

// Which sections are closed, and whether found values are marked.
const look = kept(localStorage, "frontdesk.thread", { closed: [], marks: false });
const marks = document.getElementById("marks");
if (marks) marks.checked = look.value.marks;
for (const section of document.querySelectorAll("details.section")) section.open = !look.value.closed.includes(section.id);
document.addEventListener("change", ({ target }) => {
  if (target.id !== "marks") return;
  look.value.marks = target.checked;
  look.keep();
});
// `toggle` does not bubble, so it is caught on its way down.
document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details.section")) {
    look.value.closed = [...document.querySelectorAll("details.section:not([open])")].map((each) => each.id);
    look.keep();
  } else if (target.open) {
    fetchInto(target.querySelector(":scope > [data-fetch]"));
  }
}, true);

async function fetchInto(part) {
  if (!part || part.dataset.fetched !== undefined) return;
  part.dataset.fetched = "";
  const answer = await fetch(part.dataset.fetch, { headers: { "HX-Request": "true" } });
  if (!answer.ok) part.textContent = t("That did not work. Check the connection and try again.");
  else part.innerHTML = await answer.text();
  showLocalTimes(part);
}

// What comes while somebody reads further up does not move what they read. The end is at 0, above it is below 0. Each
// time the page is fetched again the button comes hidden.
const count = () => scroller.querySelectorAll(".message").length;
const isAtEnd = () => scroller.scrollTop > -40;
let read = count();
const tell = () => {
  if (isAtEnd()) read = count();
  newest.hidden = count() === read;
};
document.addEventListener("htmx:after:swap", tell);
scroller.addEventListener("scroll", tell, { passive: true });
newest.addEventListener("click", () => scroller.scrollTo(0, 0));
