// Cards without a chart: key figures with targets, what changed, the latest threads.
import { at } from "../scripts/base.js";
import { locale, t } from "../scripts/labels.js";
import { format, nameOf, share, title } from "./formats.js";
import { dimensionTitle } from "./tables.js";

// Whether more of it is good (1), bad (-1) or neither.
const good = { negative_share: -1, first_answer_median: -1, time_to_close: -1, automation_rate: 1 };
const MOST_CHANGES = 8;

const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

/** Key figures: the number, its target, and how it was the period before. */
export function drawFigures(place, shown, rowsOf) {
  const tiles = make("ul", "tiles");
  for (const measure of shown.figures.measures) {
    const value = shown.figures.totals[measure];
    const link = make("a", "tile-number", format(measure, value, true));
    link.href = rowsOf(measure, shown.figures.query);
    link.title = format(measure, value);
    link.setAttribute("aria-label", `${title(measure)}: ${format(measure, value)}`);
    const tile = make("li", "tile", make("span", "tile-title", title(measure)), link);
    tile.append(...besides(measure, value, shown));
    tiles.append(tile);
  }
  place.append(tiles);
}

function besides(measure, value, shown) {
  const lines = [];
  const target = shown.targets[measure];
  if (target !== undefined && value !== null) {
    const met = good[measure] > 0 ? value >= target : value <= target;
    const word = met ? t("on target: {target}", { target: format(measure, target) }) : t("off target: {target}", { target: format(measure, target) });
    lines.push(make("span", `tag ${met ? "positive" : "negative"}`, word));
  }
  const before = shown.before[measure];
  if (before !== undefined && before !== null && value !== null) {
    lines.push(make("span", "quiet small", t("before: {value}", { value: format(measure, before, true) })));
  }
  return lines;
}

/** What is more than chance, in words and numbers. */
export function drawChanges(place, shown, rowsOf) {
  const found = shown.changes.filter((each) => each.is_significant);
  if (!shown.changes.some((each) => each.before_of)) {
    place.append(make("p", "quiet empty", t("There is no period before to compare with.")));
    return;
  }
  const list = make("ul", "changes");
  for (const each of found.slice(0, MOST_CHANGES)) list.append(change(each, shown, rowsOf));
  if (!found.length) list.append(make("li", "quiet", t("Nothing that is more than chance.")));
  const note = t("{found} of {tested} comparisons are more than chance (5 % false finds at most, Benjamini-Hochberg).", {
    found: found.length,
    tested: shown.changes.length,
  });
  place.append(list, make("p", "quiet small", note));
}

function change(each, shown, rowsOf) {
  const query = new URLSearchParams(shown.figures.query);
  query.append(each.dimension, each.key);
  if (each.about === "negative") query.set("sentiment", "Negative");
  const name = make("a", "", nameOf(each.name));
  name.href = rowsOf("interactions", query.toString());
  const of = each.about === "negative" ? t("negative within {what}", { what: t(dimensionTitle(each.dimension)) }) : t(dimensionTitle(each.dimension));
  const points = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: "always" });
  const by = t("{number} points", { number: points.format(each.difference * 100) });
  const up = each.difference > 0;
  const tone = each.about === "negative" ? (up ? "negative" : "positive") : "informative";
  const numbers = t("{before} → {now}; 95 %: {low} to {high}; q = {q}", {
    before: share(each.before / (each.before_of || 1)),
    now: share(each.now / (each.now_of || 1)),
    low: points.format(each.low * 100),
    high: points.format(each.high * 100),
    q: each.q < 0.0001 ? "< 0.0001" : each.q.toPrecision(2),
  });
  return make("li", "", make("span", "change-head", name, make("span", "quiet small", of), make("span", `tag ${tone}`, `${up ? "▲" : "▼"} ${by}`)), make("span", "quiet small", numbers));
}

/** The latest interactions. */
export function drawThreads(place, shown) {
  const list = make("ul", "threads");
  for (const each of shown.threads) {
    const link = make("a", "", each.title || each.reference);
    link.href = `${at("/console/interactions/")}${each.reference}?${new URLSearchParams({ from: location.pathname + location.search })}`;
    link.dir = "auto";
    const when = new Date(each.created_at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
    const mood = each.sentiment ? [make("span", `tag ${{ Negative: "negative", Positive: "positive" }[each.sentiment] ?? ""}`, t(each.sentiment))] : [];
    list.append(make("li", "", link, make("span", "row small", ...mood, make("span", "quiet", `${each.reference} · ${when}`))));
  }
  if (!shown.threads.length) list.append(make("li", "quiet", t("Nothing happened in this period.")));
  place.append(list);
}
