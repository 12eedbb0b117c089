// The dashboard: each card is fetched and drawn by itself; what fails says so in its own place.
import { at } from "../scripts/base.js";
import "../insights/insights.css";
import { t } from "../scripts/labels.js";
import { announce, toast } from "../scripts/announce.js";
import { drawChart, redrawAll } from "../insights/charts.js";
import { drawTable } from "../insights/tables.js";
import { drawChanges, drawFigures, drawThreads } from "../insights/lists.js";

const dashboard = document.getElementById("dashboard");

const rowsOf = (measure, query) =>
  `${at("/console/insights/rows")}?${new URLSearchParams({ measure })}${query ? `&${query}` : ""}&${new URLSearchParams({ view: location.search.slice(1) })}`;

/** Fetches what a card shows. */
async function read(source) {
  const answer = await fetch(source, { headers: { accept: "application/json" } });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail ?? t("The server answered {status}.", { status: answer.status }));
}

async function fill(card) {
  const body = card.querySelector(".card-body");
  card.setAttribute("aria-busy", "true");
  try {
    const shown = await read(card.dataset.source);
    show(card, body, shown.figures?.cells ? shown : { figures: shown });
  } catch (error) {
    fail(card, body, error);
  }
  card.setAttribute("aria-busy", "false");
}

function show(card, body, shown) {
  body.replaceChildren();
  const { shape } = card.dataset;
  if (shape === "figures") return drawFigures(body, shown, rowsOf);
  if (shape === "list") return drawThreads(body, shown);
  if (shape === "changes") return drawChanges(body, shown, rowsOf);
  if (!shown.figures.cells.length) {
    body.append(Object.assign(document.createElement("p"), { className: "quiet empty", textContent: t("Nothing happened in this period.") }));
    return undefined;
  }
  const chart = document.createElement("div");
  chart.className = "chart";
  const table = document.createElement("div");
  table.className = "chart-table";
  table.hidden = true;
  body.append(chart, table);
  const title = card.querySelector("h2").textContent;
  drawTable(table, shown.figures, title, rowsOf);
  drawChart(chart, shape, shown.figures, title, rowsOf);
  return undefined;
}

function fail(card, body, error) {
  const strip = document.createElement("div");
  strip.className = "strip negative";
  const text = document.createElement("p");
  text.textContent = t("This card could not be read: {reason}", { reason: error.message });
  const again = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: t("Try again") });
  again.addEventListener("click", () => fill(card));
  strip.append(text, again);
  body.replaceChildren(strip);
}

function toggleTable(button) {
  const card = button.closest(".insight-card");
  const chart = card.querySelector(".chart");
  if (!chart) return;
  const shows = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(shows));
  chart.hidden = shows;
  card.querySelector(".chart-table").hidden = !shows;
  if (!shows) redrawAll(chart);
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    toast(t("The link to this view is copied."));
  } catch {
    announce(location.href);
  }
}

const doing = {
  table: toggleTable,
  link: copyLink,
  png: (button) => {
    const card = button.closest(".insight-card");
    const image = card.querySelector(".chart")?.picture?.();
    if (!image) return;
    Object.assign(document.createElement("a"), { href: image, download: `${card.dataset.card}.png` }).click();
    button.closest("details")?.removeAttribute("open");
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) doing[button.dataset.do]?.(button);
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  menu?.removeAttribute("open");
  menu?.querySelector("summary").focus();
});

// A named period and dates exclude each other; what is empty need not be in the address.
const bar = document.getElementById("filter-bar");
const period = document.getElementById("period");
const dates = [...bar.querySelectorAll('input[type="date"]')];
period.addEventListener("change", () => dates.forEach((each) => (each.value = "")));
dates.forEach((each) => each.addEventListener("change", () => (period.selectedIndex = -1)));
bar.addEventListener("formdata", (event) => {
  for (const name of ["period", "since", "until"]) if (!event.formData.get(name)) event.formData.delete(name);
  const by = event.formData.getAll("by").filter(Boolean);
  event.formData.delete("by");
  by.forEach((each) => event.formData.append("by", each));
});

for (const card of dashboard.querySelectorAll("[data-source]")) fill(card);
