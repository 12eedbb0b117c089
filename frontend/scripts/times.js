// Times in the reader's own language and time zone; the server's text (UTC) stays as the tooltip.
import { locale } from "./labels.js";

const full = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });

/** Rewrites each `<time datetime>` below `root`: today's as a time of day, others with their date. */
export function showLocalTimes(root) {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title ||= element.textContent.trim();
    element.textContent = at.toDateString() === today ? clock.format(at) : full.format(at);
  }
}
