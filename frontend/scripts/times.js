// Times in the reader's own language and time zone; the server's text (UTC) stays as the tooltip.
import { locale } from "./labels.js";

const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const minutes = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat(locale, { dateStyle: "short" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** Rewrites each `<time datetime>` below `root`: today's as a time of day, others with their date. */
export function showLocalTimes(root) {
  const now = new Date();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title ||= element.textContent.trim();
    const isToday = at.toDateString() === now.toDateString();
    if (element.dataset.kind === "since") element.textContent = ago(now - at);
    else if (element.dataset.kind === "short") element.textContent = (isToday ? minutes : at.getFullYear() === now.getFullYear() ? day : date).format(at);
    else element.textContent = (isToday ? clock : full).format(at);
  }
}

/** A span in its largest unit: 3d, 5h, 12m. */
function ago(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? UNITS.at(-1);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow" }).format(Math.floor(seconds / size));
}
