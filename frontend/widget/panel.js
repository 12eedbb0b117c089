// The button and the window. Everything is made element by element, text is only ever text.
import { make, mark as icon } from "./elements.js";
import { LOOK } from "./look.js";

const MOST_CHARACTERS = 100_000;

export class Panel {
  root = document.createElement("div");
  onSay = () => {};
  onRead = () => {};
  onHelped = () => {};
  #words;
  #memory;
  #options;
  #parts = {};
  #items = new Map(); // by the widget's id and, once known, by the server's
  #unread = new Set();

  constructor(options, words, memory) {
    this.#options = options;
    this.#words = words;
    this.#memory = memory;
    this.root.id = "frontdesk-chat";
    this.root.lang = words.language;
    const shadow = this.root.attachShadow({ mode: "open" });
    const look = new CSSStyleSheet();
    look.replaceSync(LOOK);
    shadow.adoptedStyleSheets = [look];
    shadow.append(this.#build());
    if (memory.get("open")) this.#open(false);
  }

  isRead() {
    return !this.#parts.window.hidden && !document.hidden;
  }

  /** A message of ours that may not be stored yet. */
  showOwn({ id, text }, state) {
    if (this.#items.has(id)) return this.mark(id, state);
    const item = this.#item("in", this.#words.you, text, new Date());
    this.#items.set(id, item);
    this.mark(id, state);
    this.#scroll();
  }

  mark(id, state) {
    const item = this.#items.get(id);
    if (!item) return;
    item.state.textContent = this.#words[state];
    item.element.dataset.state = state;
  }

  /** The server has it under an id of its own. */
  stored(id, serverId) {
    const own = this.#items.get(id);
    const told = this.#items.get(serverId);
    if (own && told && own !== told) own.element.remove(); // the stream was faster than the answer
    this.#items.set(serverId, told ?? own);
    this.#items.delete(id);
    this.mark(serverId, "sent");
  }

  /** A message out of the stream; one that is shown already changes nothing. */
  show({ id, direction, text, author, at, ...more }, isRead) {
    if (this.#items.has(id)) return;
    const own = direction === "in" ? this.#waitingFor(text) : null;
    if (own) return this.#items.set(id, own);
    const isOurs = direction === "in";
    const item = this.#item(direction, isOurs ? this.#words.you : author || this.#words.us, text, new Date(at));
    this.#items.set(id, item);
    if (isOurs) this.mark(id, "sent");
    else {
      this.#addTo(item.element, id, more);
      if (!isRead && !this.isRead()) this.#unread.add(id);
    }
    this.#count();
    this.#scroll();
  }

  /** Below an answer: where it stands, what it asks back about, and whether it helped. */
  #addTo(element, id, { sources = [], choices = [], helps, helped }) {
    const words = this.#words;
    if (sources.length) {
      const links = sources.map(({ title, url }) =>
        /^https?:\/\//.test(url) ? make("a", { href: url, target: "_blank", rel: "noopener" }, title) : title,
      );
      const list = make("p", { class: "sources" }, `${words.source}: `);
      links.forEach((link, at) => list.append(at ? ", " : "", link));
      element.append(list);
    }
    // Only the latest question can be answered with a click.
    this.#parts.log.querySelectorAll(".choices").forEach((each) => each.remove());
    if (choices.length) {
      const row = make("div", { class: "choices" });
      row.append(...choices.map((choice) => this.#button(choice, () => (row.remove(), this.onSay(choice)))));
      element.append(row);
    }
    if (helps) this.#askHelped(element, id, helped);
  }

  #askHelped(element, id, helped) {
    const words = this.#words;
    const row = make("div", { class: "helped", role: "group", "aria-label": words.helped }, words.helped, " ");
    const told = (said) => row.replaceChildren(make("span", { role: "status" }, said ? words.glad : words.sorry));
    const tell = async (said) => {
      if (await this.onHelped(id, said)) told(said);
      else this.notice("offline");
    };
    row.append(this.#button(words.yes, () => tell(true)), this.#button(words.no, () => tell(false)));
    if (helped !== null && helped !== undefined) told(helped);
    element.append(row);
  }

  #button(text, onClick) {
    const button = make("button", { type: "button", class: "small" }, text);
    button.addEventListener("click", onClick);
    return button;
  }

  /** The server will never take it: back into the field, with the reason. */
  giveBack({ id, text }, why) {
    this.#items.get(id)?.element.remove();
    this.#items.delete(id);
    this.#parts.text.value ||= text;
    this.#say(this.#words.refused(why));
  }

  /** As it was before anything was said. */
  clear() {
    this.#items.clear();
    this.#unread.clear();
    this.#parts.log.replaceChildren();
    this.#parts.hello.hidden = false;
    for (const name of ["text", "name", "email"]) this.#parts[name].value = "";
    this.#say("");
    this.#count();
  }

  notice(name) {
    this.#say(name ? this.#words[name] : "", name === "offline");
  }

  showReference(code) {
    this.#parts.reference.textContent = code ? this.#words.reference(code) : "";
    this.#parts.about.hidden = Boolean(code);
  }

  #waitingFor(text) {
    for (const [, item] of this.#items) {
      if (item.text === text && item.element.dataset.state === "sending") return item;
    }
    return null;
  }

  #item(direction, author, text, at) {
    const state = make("span", { class: "state" });
    const when = make("time", { datetime: at.toISOString() }, clock(at, this.#words.language));
    const head = make("div", { class: "head" }, make("strong", { dir: "auto" }, author), when, state);
    const element = make("li", { class: direction }, head, make("div", { class: "text", dir: "auto" }, text));
    this.#parts.log.append(element);
    this.#parts.hello.hidden = true;
    return { element, state, text };
  }

  #say(text, withHelp = false) {
    const { notice } = this.#parts;
    const help = withHelp && this.#options.help;
    const said = text + (help ? ` ${this.#words.help}` : "");
    if (notice.textContent === said) return;
    notice.replaceChildren(text);
    if (help) notice.append(" ", make("a", { href: this.#options.help }, this.#words.help));
    this.#scroll();
  }

  #count() {
    const count = this.#unread.size;
    this.#parts.badge.textContent = count ? String(count) : "";
    const words = this.#words;
    this.#parts.launcher.setAttribute("aria-label", count ? `${words.open}, ${words.unread(count)}` : words.open);
    this.#parts.news.textContent = count ? words.unread(count) : "";
  }

  #open(withFocus) {
    const { window: panel, launcher, text } = this.#parts;
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    this.#memory.set({ open: true });
    this.#unread.clear();
    this.#count();
    this.#scroll();
    if (withFocus) text.focus();
    this.onRead();
  }

  #close() {
    this.#parts.window.hidden = true;
    this.#parts.launcher.setAttribute("aria-expanded", "false");
    this.#parts.launcher.focus();
    this.#memory.set({ open: false });
  }

  #scroll() {
    const { scroller } = this.#parts;
    scroller.scrollTop = scroller.scrollHeight;
  }

  #submit(event) {
    event.preventDefault();
    const { text, name, email } = this.#parts;
    const said = (text.value.toWellFormed?.() ?? text.value).trim();
    if (!said) return text.focus();
    if (said.length > MOST_CHARACTERS) return this.#say(this.#words.long);
    if (!this.#parts.about.hidden) {
      if (!email.reportValidity()) return;
      this.#memory.set({ name: name.value.trim(), email: email.value.trim() });
    }
    text.value = "";
    this.onSay(said);
    text.focus();
  }

  #build() {
    const words = this.#words;
    const parts = this.#parts;
    parts.badge = make("span", { class: "badge", "aria-hidden": "true" });
    parts.launcher = make(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "window", "aria-label": words.open },
      icon("M4 5h16v11H9l-5 4z"),
      parts.badge,
    );
    parts.news = make("span", { class: "unseen", role: "status" });
    const frame = make("div", { class: "frame", "data-theme": this.#options.theme || "" });
    frame.append(this.#buildWindow(), parts.launcher, parts.news);
    parts.launcher.addEventListener("click", () => (parts.window.hidden ? this.#open(true) : this.#close()));
    frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !parts.window.hidden) this.#close();
      event.stopPropagation(); // what is typed here is none of the page's shortcuts
    });
    return frame;
  }

  #buildWindow() {
    const words = this.#words;
    const parts = this.#parts;
    const close = make("button", { type: "button", class: "quiet", "aria-label": words.close }, icon("M6 6l12 12M18 6L6 18"));
    close.addEventListener("click", () => this.#close());
    parts.reference = make("span", { class: "reference" });
    const titles = make("div", {}, make("h2", { id: "title" }, this.#options.heading || words.heading), parts.reference);
    parts.hello = make("p", { class: "hello" }, words.hello);
    parts.log = make("ol");
    // What scrolls can be reached by keyboard.
    parts.scroller = make("div", { class: "scroller", tabindex: "0", role: "log", "aria-label": words.log });
    parts.scroller.append(parts.hello, parts.log);
    parts.notice = make("p", { class: "notice", role: "status" });
    parts.window = make("section", { id: "window", class: "window", role: "dialog", "aria-labelledby": "title" });
    parts.window.hidden = true;
    parts.window.append(make("header", {}, titles, close), parts.scroller, parts.notice, this.#buildForm());
    return parts.window;
  }

  #buildForm() {
    const words = this.#words;
    const parts = this.#parts;
    const known = { name: this.#memory.get("name"), email: this.#memory.get("email") };
    parts.name = make("input", { id: "name", autocomplete: "name", maxlength: "200", dir: "auto" });
    parts.email = make("input", { id: "email", type: "email", autocomplete: "email", maxlength: "254" });
    parts.name.value = known.name || this.#options.name || "";
    parts.email.value = known.email || this.#options.email || "";
    parts.about = make("div", { class: "about" });
    parts.about.append(
      make("div", {}, make("label", { for: "name" }, words.name), parts.name),
      make("div", {}, make("label", { for: "email" }, words.email), parts.email),
      make("p", { class: "why" }, words.why),
    );
    parts.text = make("textarea", { id: "text", rows: "2", dir: "auto", enterkeyhint: "send" });
    const send = make("button", { type: "submit", class: "send", "aria-label": words.send }, icon("M4 12l16-7-6 16-3-7z"));
    const row = make("div", { class: "row" }, parts.text, send);
    const person = this.#button(words.person, () => this.onSay(words.wantsPerson));
    const form = make("form", {}, parts.about, make("label", { for: "text" }, words.message), row, person);
    form.append(make("p", { class: "why" }, words.hours));
    form.noValidate = true;
    form.addEventListener("submit", (event) => this.#submit(event));
    parts.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    return form;
  }
}

const clock = (at, language) => {
  const today = at.toDateString() === new Date().toDateString();
  const style = today ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" };
  const theirs = navigator.languages.find((each) => each.startsWith(language)) ?? language; // 13:30 or 1:30 pm
  return new Intl.DateTimeFormat(theirs, style).format(at);
};
