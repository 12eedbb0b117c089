// The table editor of a draft: rows and columns as a grid of fields, kept as the decision model that GoRules' editor
// writes. What the model holds besides stays as it is.
import { at } from "../scripts/base.js";
import { announce } from "../scripts/announce.js";
import { t } from "../scripts/labels.js";

const TABLE = "decisionTableNode";
const editor = JSON.parse(document.getElementById("editor").textContent);
const marks = JSON.parse(document.getElementById("marks").textContent);
const form = document.getElementById("rule-form");
const table = editor.model.nodes.find((node) => node.type === TABLE)?.content;

/** An element with attributes and children; texts stay texts. */
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};

const SVG = "http://www.w3.org/2000/svg";
const glyph = (name) => {
  const drawing = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", at(`/static/icons.svg#${name}`));
  drawing.setAttribute("class", "glyph");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(use);
  return drawing;
};

const tool = (icon, label, act) =>
  make("button", { type: "button", title: label, "aria-label": label, onclick: act }, glyph(icon));

const columns = () => [
  ...table.inputs.map((column) => ({ ...column, side: "inputs" })),
  ...table.outputs.map((column) => ({ ...column, side: "outputs" })),
];

const newId = () => crypto.getRandomValues(new Uint32Array(2)).join("");
let changed = false;

/** Draws the whole grid anew and puts the focus where it was wanted. */
function draw(row, column) {
  const grid = make("table", { class: "grid", "aria-label": t("Rows of the rules") }, head(), body());
  const place = document.getElementById("grid");
  place.replaceChildren(...lists(), make("div", { class: "grid-scroll" }, grid), adding());
  if (row !== undefined) field(row, column)?.focus();
}

const field = (row, column) => document.querySelector(`[data-row="${row}"][data-column="${column}"]`);

function head() {
  const cells = columns().map((column) => {
    const name = make("input", {
      value: column.name ?? "",
      "aria-label": t("Name of the column {name}", { name: column.field || column.name }),
      oninput: (event) => set(() => (original(column).name = event.target.value)),
    });
    const drop = tool("delete", t("Take the column {name} out", { name: column.name }), () => removeColumn(column));
    const reads = make("code", { class: "quiet small" }, column.field || t("whole condition"));
    return make("th", { scope: "col", class: column.side === "outputs" ? "yields" : "" },
      make("div", { class: "grid-head" }, name, drop), reads);
  });
  return make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("Row")), ...cells));
}

const original = (column) => table[column.side].find((each) => each.id === column.id);

function body() {
  return make("tbody", {}, ...table.rules.map((rule, at) => make("tr", {}, rowHead(rule, at), ...cellsOf(rule, at))));
}

function rowHead(rule, at) {
  const number = at + 1;
  const title = make("input", {
    value: rule._description ?? "",
    "aria-label": t("Title of row {number}", { number }),
    "data-row": at,
    "data-column": "-1",
    dir: "auto",
    oninput: (event) => set(() => (rule._description = event.target.value)),
    onkeydown: (event) => onKey(event, at, -1),
  });
  const tools = make("div", { class: "grid-tools" },
    make("span", { class: "quiet" }, String(number)),
    tool("navigation-up-arrow", t("Move row {number} up", { number }), () => move(at, -1)),
    tool("navigation-down-arrow", t("Move row {number} down", { number }), () => move(at, 1)),
    tool("add", t("Add a row below row {number}", { number }), () => add(at)),
    tool("delete", t("Take row {number} out", { number }), () => remove(at)));
  return make("th", { scope: "row", class: "row-head" }, title, tools);
}

function cellsOf(rule, at) {
  return columns().map((column, index) => {
    const wrong = mark(at + 1, column.name);
    const suggestions = editor.suggestions[column.field] ? `values-${column.field}` : undefined;
    const cell = make("input", {
      value: rule[column.id] ?? "",
      "aria-label": t("Row {number}, {name}", { number: at + 1, name: column.name }),
      "aria-invalid": wrong ? "true" : undefined,
      title: wrong?.message,
      list: suggestions,
      autocomplete: "off",
      spellcheck: "false",
      "data-row": at,
      "data-column": index,
      oninput: (event) => set(() => (rule[column.id] = event.target.value)),
      onkeydown: (event) => onKey(event, at, index),
    });
    return make("td", {}, cell);
  });
}

/** The error that the server found in this cell. */
const mark = (row, column) =>
  changed ? undefined : marks.find((each) => each.tone === "negative" && each.rows.includes(row) && each.column === column);

function lists() {
  return Object.entries(editor.suggestions).map(([name, values]) =>
    make("datalist", { id: `values-${name}` }, ...values.map(([value, label]) => make("option", { value, label: label || undefined }))));
}

function adding() {
  const taken = new Set(table.outputs.map((column) => column.field));
  const choose = (id, label, names, act) => {
    const select = make("select", { id }, ...names.map((name) => make("option", { value: name }, name)));
    const button = make("button", { type: "button", class: "button", onclick: () => act(select.value) }, t("Add the column"));
    return [make("div", { class: "field" }, make("label", { for: id }, label), select), button];
  };
  const row = make("button", { type: "button", class: "button", onclick: () => add(table.rules.length - 1) }, t("Add a row"));
  return make("div", { class: "grid-add" }, row,
    ...choose("new-input", t("New condition on"), editor.facts, (name) => addColumn("inputs", name)),
    ...choose("new-output", t("New result"), editor.yields.filter((name) => !taken.has(name)), (name) => name && addColumn("outputs", name)));
}

function set(change) {
  change();
  changed = true;
}

function onKey(event, row, column) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step && event.ctrlKey) {
    event.preventDefault();
    move(row, step, column);
  } else if (step && !event.altKey) {
    const next = field(row + step, column);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  } else if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    add(row, column);
  } else if (event.key === "Enter") {
    event.preventDefault(); // saving is a button: Enter in a cell goes to the next row
    field(row + 1, column)?.focus();
  }
}

function move(row, step, column = -1) {
  const to = row + step;
  if (to < 0 || to >= table.rules.length) return;
  set(() => table.rules.splice(to, 0, ...table.rules.splice(row, 1)));
  draw(to, column);
  announce(t("Row {number} is now row {to}", { number: row + 1, to: to + 1 }));
}

function add(row, column = -1) {
  const rule = { _id: newId(), _description: "" };
  for (const each of columns()) rule[each.id] = "";
  set(() => table.rules.splice(row + 1, 0, rule));
  draw(row + 1, column);
}

function remove(row) {
  set(() => table.rules.splice(row, 1));
  draw(Math.min(row, table.rules.length - 1), -1);
  announce(t("Row {number} was taken out", { number: row + 1 }));
}

function addColumn(side, name) {
  const column = { id: newId(), name: name.replaceAll(/[._]/g, " "), field: name };
  set(() => table[side].push(column));
  for (const rule of table.rules) rule[column.id] = "";
  draw(0, columns().findIndex((each) => each.id === column.id));
}

function removeColumn(column) {
  set(() => (table[column.side] = table[column.side].filter((each) => each.id !== column.id)));
  for (const rule of table.rules) delete rule[column.id];
  draw(0, -1);
}

form.addEventListener("submit", () => {
  form.elements.content.value = JSON.stringify(editor.model);
  changed = false;
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
if (table) draw();
