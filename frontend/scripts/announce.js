// Short messages: seen at the bottom of the page, or only heard by a screen reader.
let hiding;

/** Shows a short message for six seconds; screen readers read it out. */
export function toast(text) {
  const region = document.getElementById("toast");
  if (!region) return;
  region.textContent = text;
  region.dataset.shown = "";
  clearTimeout(hiding);
  hiding = setTimeout(() => delete region.dataset.shown, 6000);
}

/** Says something to screen readers only, when they next pause. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region && text) region.textContent = text;
}
