// The line to the server: sends messages one after another until they are stored, and listens for answers.
// A message keeps its random id over every repetition, so it is stored once; the stream goes on behind the last event.
import { readEvents } from "./events.js";

const LONGEST_PAUSE = 30_000;
const LONGEST_ANSWER = 20_000;
const SILENCE = 45_000; // the server gives a sign of life every 15 s

export class Line {
  #options;
  #memory;
  #panel;
  #last = "";
  #sending = false;
  #listening = null;
  #failures = 0;
  #epoch = 0;
  #timer = null;
  #unseen = new Set();
  #shown = new Set();
  #tried = new Set();

  constructor(options, memory, panel) {
    this.#options = options;
    this.#memory = memory;
    this.#panel = panel;
  }

  start() {
    for (const message of this.#memory.get("unsent")) this.#panel.showOwn(message, "waiting");
    // Browsers allow only six connections to one server over HTTP/1.1, so pages that nobody sees do not hold one.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#hangUp() : this.#wake()));
    addEventListener("pagehide", () => this.#hangUp());
    addEventListener("pageshow", () => this.#wake());
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#panel.notice("offline"));
    this.#memory.onChange = () => this.#listen();
    this.#wake();
  }

  say(text) {
    const { name, email, customer, user, identity } = this.#options;
    const message = {
      id: randomId(),
      text,
      name: this.#memory.get("name") || name || "",
      email: this.#memory.get("email") || email || "",
      customer_no: customer || "",
      ...(user && { user, identity: identity || "" }),
    };
    this.#memory.queue(message);
    this.#panel.showOwn(message, "waiting");
    this.#send();
  }

  /** Says which answers arrived, or were read where the window is open. */
  async tellSeen() {
    const read = this.#panel.isRead();
    const ids = read ? [...this.#shown].filter((id) => !this.#memory.get("read").includes(id)) : [...this.#unseen];
    if (!ids.length || !this.#memory.get("token")) return;
    if (read) this.#memory.markRead(ids);
    for (const id of ids) this.#unseen.delete(id);
    for (let at = 0; at < ids.length; at += 200) {
      await this.#post("/chat/seen", { messages: ids.slice(at, at + 200), read }).catch(() => {});
    }
  }

  /** Says whether an answer helped; whether that was kept. */
  tellHelped(message, helped) {
    return this.#post("/chat/helped", { message, helped }).then((answer) => answer.ok, () => false);
  }

  /** Somebody signed out: nothing of the conversation stays on this device. */
  reset() {
    this.#epoch += 1;
    clearTimeout(this.#timer);
    this.#memory.clear();
    this.#forget();
    this.#panel.clear();
  }

  #wake() {
    clearTimeout(this.#timer);
    this.#send();
    this.#listen();
  }

  #later(seconds) {
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), seconds ? seconds * 1000 : pause);
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    await alone(async () => {
      let going = true;
      while (going && this.#memory.get("unsent").length) going = await this.#sendOne(this.#memory.get("unsent")[0]);
    });
    this.#sending = false;
  }

  /** Whether the next one may follow. */
  async #sendOne(message) {
    this.#panel.mark(message.id, "sending");
    const { token: _bound, ...body } = message;
    const token = this.#memory.bind(message.id, this.#memory.get("token"));
    const epoch = this.#epoch;
    let answer;
    try {
      answer = await this.#post("/chat/messages", body, token);
    } catch {
      this.#tried.add(message.id); // it may have arrived, and only the answer was lost
      this.#panel.mark(message.id, "waiting");
      this.#panel.notice("offline");
      this.#later();
      return false;
    }
    const told = answer.ok ? await answer.json() : null;
    if (epoch !== this.#epoch) return false; // whose it was has signed out meanwhile
    if (told) return this.#sent(message, told);
    return this.#refused(message, answer);
  }

  #sent(message, { token, reference, message: stored, duplicate }) {
    this.#failures = 0;
    this.#memory.unqueue(message.id);
    this.#memory.set({ token, reference });
    this.#panel.stored(message.id, stored);
    this.#panel.notice(duplicate && !this.#tried.has(message.id) ? "again" : "");
    this.#panel.showReference(reference);
    this.#listen();
    return true;
  }

  async #refused(message, answer) {
    if (answer.status === 401) {
      this.#end();
      return true; // the same message begins a new conversation
    }
    if (answer.status === 429 || answer.status >= 500) {
      this.#panel.mark(message.id, "waiting");
      this.#panel.notice(answer.status === 429 ? "busy" : "offline");
      this.#later(Number(answer.headers.get("retry-after")));
      return false;
    }
    const problem = await answer.json().catch(() => ({}));
    this.#memory.unqueue(message.id);
    this.#panel.giveBack(message, problem.detail || String(answer.status));
    return true;
  }

  /** The token is no longer good. */
  #end() {
    this.#memory.forgetConversation();
    this.#forget();
    this.#panel.notice("over");
  }

  #forget() {
    this.#hangUp();
    this.#last = "";
    this.#shown.clear();
    this.#unseen.clear();
    this.#panel.showReference("");
  }

  #hangUp() {
    this.#listening?.abort();
    this.#listening = null;
  }

  async #listen() {
    if (this.#listening || document.hidden || !this.#memory.get("token")) return;
    const mine = (this.#listening = new AbortController());
    let watch = setTimeout(() => mine.abort(), LONGEST_ANSWER);
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => mine.abort(), SILENCE);
    };
    try {
      const answer = await fetch(`${this.#options.server}/chat/events`, {
        headers: headers(this.#memory.get("token"), this.#last ? { "Last-Event-ID": this.#last } : {}),
        credentials: "omit",
        cache: "no-store",
        signal: mine.signal,
      });
      if (answer.status === 401) return this.#end();
      if (!answer.ok) throw new Error(String(answer.status));
      this.#connected();
      for await (const event of readEvents(answer.body, alive)) this.#hear(event);
      if (this.#listening === mine) this.#timer = setTimeout(() => this.#wake(), 500);
    } catch {
      if (this.#listening === mine) this.#lost();
    } finally {
      clearTimeout(watch);
      if (this.#listening === mine) this.#listening = null;
    }
  }

  #connected() {
    this.#failures = 0;
    this.#panel.showReference(this.#memory.get("reference"));
    if (!this.#memory.get("unsent").length) this.#panel.notice("");
    else this.#send();
  }

  #lost() {
    this.#panel.notice("offline");
    this.#later();
  }

  #hear({ id, type, data }) {
    if (id) this.#last = id;
    if (type !== "message") return;
    const message = JSON.parse(data);
    this.#panel.show(message, this.#memory.get("read").includes(message.id));
    if (message.direction !== "out") return;
    this.#shown.add(message.id);
    if (!this.#memory.get("read").includes(message.id)) this.#unseen.add(message.id);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellSeen(), 200); // several at once are one request
  }

  #post(path, body, token = this.#memory.get("token")) {
    return fetch(this.#options.server + path, {
      method: "POST",
      headers: headers(token, { "Content-Type": "application/json" }),
      body: JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(LONGEST_ANSWER),
    });
  }
}

const headers = (token, more) => (token ? { Authorization: `Bearer ${token}`, ...more } : more);

/** Two tabs of a site do not send at the same time, where the browser can see to that. */
const alone = (work) => (navigator.locks ? navigator.locks.request("frontdesk.chat", work) : work());

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
