// The same figures as a table: for screen readers, for those who want numbers, and to drill down without a mouse.
import { t } from "../scripts/labels.js";
import { format, nameOf, title } from "./formats.js";

const MOST = 200;

/** Fills `place` with a table whose numbers lead to their rows. */
export function drawTable(place, figures, caption, rowsOf) {
  const table = document.createElement("table");
  table.className = "figures";
  table.createCaption().textContent = caption;
  table.caption.className = "unseen";
  const head = table.createTHead().insertRow();
  for (const name of figures.by) head.append(heading(t(dimensionTitle(name))));
  for (const measure of figures.measures) head.append(heading(title(measure), "number"));
  const body = table.createTBody();
  for (const cell of figures.cells.slice(0, MOST)) {
    const row = body.insertRow();
    for (const name of cell.names) row.append(heading(nameOf(name), "", "row"));
    for (const measure of figures.measures) {
      const link = document.createElement("a");
      link.href = rowsOf(measure, cell.query);
      link.textContent = format(measure, cell.figures[measure]);
      const place = row.insertCell();
      place.className = "number";
      place.append(link);
    }
  }
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", caption);
  place.replaceChildren(table);
  const left = figures.cells.length - MOST + figures.left_out;
  if (left > 0) {
    const note = document.createElement("p");
    note.className = "quiet small";
    note.textContent = t("{number} more lines are in the exported table.", { number: left });
    place.append(note);
  }
}

function heading(text, className = "", scope = "col") {
  return Object.assign(document.createElement("th"), { textContent: text, className, scope });
}

const titles = {
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
  hour_of_day: "Hour of day",
  weekday: "Weekday",
  customer: "Customer",
  priority: "Priority",
  category: "Category",
  intent: "Intent",
  channel: "Channel",
  status: "Status",
  sentiment: "Sentiment",
  type: "Message type",
  language: "Language",
  route: "Route",
  team: "Team",
  tier: "Read by",
  answer_time: "Time to first answer",
};

/** What a dimension is called. */
export const dimensionTitle = (name) => titles[name] ?? name;
