// Numbers as people read them, by the unit of their measure.
import { locale, t } from "../scripts/labels.js";

const units = {
  negative_share: "share",
  automation_rate: "share",
  first_answer: "seconds",
  first_answer_median: "seconds",
  first_answer_p90: "seconds",
  time_to_close: "seconds",
  cost: "money",
};
const titles = {
  interactions: "Interactions",
  inbound: "Messages received",
  outbound: "Messages sent",
  negative_share: "Negative messages",
  first_answer: "First answer, mean",
  first_answer_median: "First answer, median",
  first_answer_p90: "First answer, 90 %",
  time_to_close: "Time to close, mean",
  automation_rate: "Answered without a person",
  service_calls: "Service calls",
  corrections: "Corrections",
  cost: "LLM cost",
};
const whole = new Intl.NumberFormat(locale);
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const one = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** The title of a measure in the reader's language. */
export const title = (measure) => t(titles[measure] ?? measure);

/** A figure with its unit; a dash where there is none. */
export function format(measure, value, brief = false) {
  if (value === null || value === undefined) return "–";
  const unit = units[measure];
  if (unit === "share") return percent.format(value);
  if (unit === "seconds") return duration(value);
  if (unit === "money") return money.format(value);
  return (brief ? short : whole).format(value);
}

/** Seconds in the unit that fits. */
export function duration(seconds) {
  if (seconds < 60) return t("{number} s", { number: one.format(seconds) });
  if (seconds < 3600) return t("{number} min", { number: one.format(seconds / 60) });
  if (seconds < 172_800) return t("{number} h", { number: one.format(seconds / 3600) });
  return t("{number} days", { number: one.format(seconds / 86_400) });
}

export const share = (value) => percent.format(value);

/** The name of a value: of code lists translated, times as they are. */
export const nameOf = (name) => t(name);
