// Live parts of a page: `data-live` names a stream of server-sent events, `data-fragment` what to fetch when
// it says `refresh`. The new content is merged into the old one, so that focus, selection, scroll position,
// opened details and half-written text stay where they are.
import htmx from "htmx.org";
import { announce, toast } from "./announce.js";
import { t } from "./labels.js";
import { showLocalTimes } from "./times.js";

const LONGEST_PAUSE = 30_000;

/** Starts every live part below `root`. */
export function watchLiveParts(root) {
  for (const part of root.querySelectorAll("[data-live]")) new LivePart(part).start();
}

class LivePart {
  #part;
  #stream = null;
  #retry = null;
  #failures = 0;
  #fetching = false;
  #stale = false;

  constructor(part) {
    this.#part = part;
  }

  /** Listens while the page is visible: browsers allow only six open connections to one server over HTTP/1.1. */
  start() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#close() : this.#open()));
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", () => this.#open());
    this.#open();
  }

  #open() {
    if (this.#stream || document.hidden || this.#part.dataset.ended !== undefined) return;
    clearTimeout(this.#retry);
    this.#stream = new EventSource(this.#part.dataset.live + location.search);
    // What happened before the stream was open, or while it was cut, is caught up with here.
    this.#stream.addEventListener("open", () => {
      this.#failures = 0;
      this.#refresh();
    });
    this.#stream.addEventListener("refresh", () => this.#refresh());
    this.#stream.addEventListener("error", () => this.#afterError());
  }

  #close() {
    clearTimeout(this.#retry);
    this.#stream?.close();
    this.#stream = null;
  }

  /** The browser itself reconnects a cut stream, but gives up on one that was refused. */
  #afterError() {
    this.#part.dataset.connection = "lost";
    if (this.#stream?.readyState === EventSource.CLOSED) this.#tryLater();
  }

  /** Opens a new stream after a pause that grows, and fetches: where streams cannot pass, this still keeps up. */
  #tryLater() {
    this.#close();
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(() => {
      this.#open();
      this.#refresh();
    }, pause);
  }

  async #refresh() {
    if (this.#fetching) {
      this.#stale = true;
      return;
    }
    this.#fetching = true;
    do {
      this.#stale = false;
      await this.#fetchOnce();
    } while (this.#stale);
    this.#fetching = false;
  }

  async #fetchOnce() {
    let answer;
    try {
      answer = await fetch(this.#part.dataset.fragment + location.search, {
        headers: { "HX-Request": "true" },
        signal: AbortSignal.timeout(LONGEST_PAUSE),
      });
      if (answer.redirected || [401, 403, 404].includes(answer.status)) return this.#end();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      await this.#merge(await answer.text());
    } catch {
      this.#part.dataset.connection = "lost";
      return this.#tryLater();
    }
    delete this.#part.dataset.connection;
  }

  /** The page may not be seen any more: signed out, or access has ended. */
  #end() {
    this.#part.dataset.ended = "";
    this.#close();
    toast(t("This page is no longer kept up to date. Load it again to go on."));
  }

  async #merge(html) {
    const before = facts(this.#part);
    await htmx.swap({ text: html, sourceElement: this.#part, target: this.#part, swap: "innerMorph" });
    showLocalTimes(this.#part);
    announce(news(before, facts(this.#part)));
  }
}

/** What a screen reader is told about: elements with `data-say`, by id. */
const facts = (part) => new Map([...part.querySelectorAll("[data-say][id]")].map((e) => [e.id, e.dataset.say]));

/** Says what is new, and no more than three things at once. */
function news(before, after) {
  const changed = [...after].filter(([id, said]) => before.get(id) !== said).map(([, said]) => said);
  return changed.length > 3 ? t("{number} changes", { number: changed.length }) : changed.join(". ");
}
