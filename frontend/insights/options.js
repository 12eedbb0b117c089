// What ECharts is told for each shape. Every point knows the number of its cell, which leads to its rows.
import { format, nameOf, title } from "./formats.js";

const TIMES = new Set(["hour", "day", "week", "month", "quarter", "year"]);
const moods = (colours) => ({ Positive: colours.good, Neutral: colours.neutral, Negative: colours.bad });
const MOST_SERIES = 11;

/** The option of a chart. */
export function optionOf(shape, figures, colours, width) {
  const base = {
    color: colours.series,
    textStyle: { fontFamily: colours.font, color: colours.text },
    tooltip: { trigger: "item", renderMode: "richText", confine: true, ...tip(colours) },
  };
  const kind = shape === "explore" ? shapeOf(figures) : shape;
  return { ...base, ...shapes[kind](figures, colours, width) };
}

const shapes = { column, bar, donut, line, stack, heat };

function shapeOf(figures) {
  if (figures.by.length === 1) return TIMES.has(figures.by[0]) ? "line" : "bar";
  if (TIMES.has(figures.by[0])) return "stack";
  return "heat";
}

function tip(colours) {
  return {
    backgroundColor: colours.background,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontFamily: colours.font, fontSize: 12 },
    formatter: (point) => point.data?.say ?? point.name,
  };
}

function say(cell, measures) {
  return [cell.names.map(nameOf).join(", "), ...measures.map((each) => `${title(each)}: ${format(each, cell.figures[each])}`)].join("\n");
}

const point = (cell, at, figures, measure = figures.measures[0]) => ({
  value: cell.figures[measure] ?? 0,
  cell: at,
  say: say(cell, figures.measures),
});

const grid = { left: 8, right: 16, top: 16, bottom: 8, containLabel: true };

function categories(names, colours, extra = {}) {
  return {
    type: "category",
    data: names,
    axisLabel: { color: colours.quiet, hideOverlap: true, ...extra },
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
  };
}

function values(measure, colours) {
  return {
    type: "value",
    axisLabel: { color: colours.quiet, formatter: (value) => format(measure, value, true), hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
    splitNumber: 4,
  };
}

function legend(colours) {
  return { bottom: 0, type: "scroll", icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: { color: colours.text }, pageTextStyle: { color: colours.text } };
}

function column(figures, colours, width) {
  const names = figures.cells.map((cell) => nameOf(cell.names[0]));
  const crowded = names.length * 70 > width;
  return {
    grid,
    xAxis: categories(names, colours, crowded ? { rotate: 35, hideOverlap: false } : { interval: 0 }),
    yAxis: values(figures.measures[0], colours),
    series: [{ type: "bar", barMaxWidth: 48, data: figures.cells.map((cell, at) => point(cell, at, figures)), itemStyle: { borderRadius: [4, 4, 0, 0] } }],
  };
}

function bar(figures, colours) {
  const shown = figures.cells.slice(0, 12);
  return {
    grid: { ...grid, right: 56 },
    xAxis: values(figures.measures[0], colours),
    yAxis: { ...categories(shown.map((cell) => nameOf(cell.names[0])), colours, { width: 140, overflow: "truncate" }), inverse: true },
    series: [
      {
        type: "bar",
        barMaxWidth: 22,
        data: shown.map((cell, at) => point(cell, at, figures)),
        itemStyle: { borderRadius: [0, 4, 4, 0] },
        label: { show: true, position: "right", color: colours.text, formatter: ({ value }) => format(figures.measures[0], value, true) },
      },
    ],
  };
}

function donut(figures, colours) {
  const toned = figures.by[0] === "sentiment" ? moods(colours) : {};
  return {
    legend: legend(colours),
    series: [
      {
        type: "pie",
        radius: ["48%", "74%"],
        center: ["50%", "45%"],
        itemStyle: { borderColor: colours.background, borderWidth: 2 },
        label: { color: colours.text, formatter: "{d} %" },
        data: figures.cells.map((cell, at) => ({
          name: nameOf(cell.names[0]),
          ...point(cell, at, figures),
          ...(toned[cell.keys[0]] && { itemStyle: { color: toned[cell.keys[0]] } }),
        })),
      },
    ],
  };
}

function line(figures, colours) {
  const names = figures.cells.map((cell) => cell.names[0]);
  return {
    grid: { ...grid, bottom: 32 },
    legend: legend(colours),
    xAxis: { ...categories(names, colours), boundaryGap: false },
    yAxis: values(figures.measures[0], colours),
    series: figures.measures.map((measure) => ({
      name: title(measure),
      type: "line",
      showSymbol: names.length < 60,
      symbolSize: 7,
      triggerLineEvent: false,
      data: figures.cells.map((cell, at) => point(cell, at, figures, measure)),
    })),
  };
}

function stack(figures, colours) {
  const [xs, ys] = axes(figures);
  const toned = figures.by[1] === "sentiment" ? moods(colours) : {};
  const kept = ys.slice(0, MOST_SERIES);
  return {
    grid: { ...grid, bottom: 32 },
    legend: legend(colours),
    xAxis: categories(xs.map((x) => x.name), colours),
    yAxis: values(figures.measures[0], colours),
    series: kept.map((y) => ({
      name: nameOf(y.name),
      type: "bar",
      stack: "all",
      barMaxWidth: 40,
      ...(toned[y.key] && { color: toned[y.key] }),
      data: xs.map((x) => y.cells.get(x.key) ?? { value: 0 }),
    })),
  };
}

function heat(figures, colours, width) {
  const [xs, ys] = axes(figures);
  const [down, across] = [xs.slice(0, 24), ys.slice(0, 31)];
  const data = down.flatMap((x, row) =>
    across.flatMap((y, place) => {
      const found = y.cells.get(x.key);
      return found ? [{ ...found, value: [place, row, found.value] }] : [];
    }),
  );
  const most = Math.max(...data.map((each) => each.value[2]), 1);
  return {
    grid: { ...grid, bottom: 44 },
    xAxis: categories(across.map((y) => nameOf(y.name)), colours, across.length * 70 > width ? { rotate: 35, hideOverlap: false, interval: 0 } : { interval: 0 }),
    yAxis: { ...categories(down.map((x) => nameOf(x.name)), colours, { width: 130, overflow: "truncate" }), inverse: true },
    visualMap: {
      min: 0,
      max: most,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      textStyle: { color: colours.quiet },
      formatter: (value) => format(figures.measures[0], value, true),
      inRange: { color: [colours.background, colours.series[0]] },
    },
    series: [
      {
        type: "heatmap",
        data,
        itemStyle: { borderColor: colours.line, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: colours.text, borderWidth: 2 } },
      },
    ],
  };
}

/** The values of both dimensions: the first in their order, the second with its points by the first's key. */
function axes(figures) {
  const xs = new Map();
  const ys = new Map();
  figures.cells.forEach((cell, at) => {
    const [x, y] = cell.keys;
    if (!xs.has(x)) xs.set(x, { key: x, name: cell.names[0] });
    if (!ys.has(y)) ys.set(y, { key: y, name: cell.names[1], cells: new Map(), total: 0 });
    ys.get(y).cells.set(x, point(cell, at, figures));
    ys.get(y).total += cell.figures[figures.measures[0]] ?? 0;
  });
  const inOrder = TIMES.has(figures.by[1]) || figures.by[1] === "hour_of_day";
  const second = [...ys.values()].sort(inOrder ? (a, b) => a.key.localeCompare(b.key) : (a, b) => b.total - a.total);
  return [[...xs.values()], second];
}
