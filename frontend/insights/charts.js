// Charts: ECharts on canvas, in the colours of the theme, with the keyboard as good as the mouse.
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { announce } from "../scripts/announce.js";
import { t } from "../scripts/labels.js";
import { format, nameOf, title } from "./formats.js";
import { optionOf } from "./options.js";

use([BarChart, HeatmapChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

const drawn = new Set();

/** Draws figures into `place`; a click or Enter on a mark opens the rows behind it. */
export function drawChart(place, shape, figures, caption, rowsOf) {
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.setAttribute("aria-hidden", "true");
  place.replaceChildren(canvas);
  place.dataset.cells = figures.cells.length;
  const chart = init(canvas, null, { renderer: "canvas" });
  const marks = figures.cells;
  const open = (at) => at !== undefined && marks[at] && location.assign(rowsOf(figures.measures[0], marks[at].query));
  const draw = () => {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption({ animation: !still, animationDuration: 250, ...optionOf(shape, figures, palette(place), place.clientWidth) }, true);
  };
  place.redraw = () => {
    chart.resize();
    draw();
  };
  place.picture = () => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: palette(place).background });
  chart.on("click", (event) => open(event.data?.cell));
  draw();
  drawn.add(place);
  new ResizeObserver(() => place.clientWidth && place.redraw()).observe(place);
  byKeyboard(place, chart, figures, caption, open);
}

/** Draws again what a change of theme or size has touched. */
export function redrawAll(...places) {
  for (const place of places.length ? places : drawn) place.redraw?.();
}

function byKeyboard(place, chart, figures, caption, open) {
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", t("Chart: {title}. Arrow keys move, Enter opens the rows.", { title: caption }));
  let at = -1;
  const spots = spotsOf(chart);
  const say = () => {
    const cell = figures.cells[at];
    const names = cell.names.map(nameOf).join(", ");
    announce(`${names}: ${figures.measures.map((each) => `${title(each)} ${format(each, cell.figures[each])}`).join(", ")}`);
    chart.dispatchAction({ type: "downplay" });
    if (spots[at]) {
      chart.dispatchAction({ type: "highlight", ...spots[at] });
      chart.dispatchAction({ type: "showTip", ...spots[at] });
    }
  };
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const count = figures.cells.length;
    if (event.key === "Enter" && at >= 0) open(at);
    else if (event.key === "Home") at = 0;
    else if (event.key === "End") at = count - 1;
    else if (step) at = at < 0 ? (step > 0 ? 0 : count - 1) : (at + step + count) % count;
    else return;
    event.preventDefault();
    if (event.key !== "Enter") say();
  });
  place.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
}

/** Where each cell is drawn: its series and place in it. */
function spotsOf(chart) {
  const spots = [];
  chart.getOption().series.forEach((series, seriesIndex) =>
    series.data.forEach((point, dataIndex) => {
      if (point?.cell !== undefined && !spots[point.cell]) spots[point.cell] = { seriesIndex, dataIndex };
    }),
  );
  return spots;
}

function palette(place) {
  // A canvas needs plain colours: what the variables of the theme come to is asked of an element that wears them.
  const probe = place.appendChild(document.createElement("span"));
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = coloursOf(read);
  probe.remove();
  return { ...colours, font: getComputedStyle(place).fontFamily };
}

function coloursOf(read) {
  return {
    series: Array.from({ length: 11 }, (_, at) => read(`--sapChart_OrderedColor_${at + 1}`)),
    text: read("--sapTextColor"),
    quiet: read("--sapContent_LabelColor"),
    line: read("--sapList_BorderColor"),
    background: read("--sapTile_Background"),
    good: read("--sapChart_Good"),
    bad: read("--sapChart_Bad"),
    neutral: read("--sapChart_Neutral"),
  };
}

new MutationObserver(() => redrawAll()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redrawAll());
