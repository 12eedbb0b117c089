// Labels that scripts show: English in the source, translated by the catalogue that came with the page.
const labels = JSON.parse(document.getElementById("labels")?.textContent ?? "{}");

/** A label in the reader's language; `{name}` in it is replaced by `values.name`. */
export function t(text, values = {}) {
  return (labels[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const language = document.documentElement.lang || "en";

/** The reader's own locale where it is one of the page's language (en-GB for en), for times and numbers. */
export const locale = navigator.languages?.find((each) => each.split("-")[0] === language) ?? language;
