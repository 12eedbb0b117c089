// What is remembered on the customer's device: the conversation's token, what was not sent yet, what was read.
const MOST_READ = 300;
const EMPTY = { token: "", reference: "", unsent: [], read: [], open: false, name: "", email: "", who: "" };

/** Remembered in local storage; where that is switched off, for as long as the page lives. */
export class Memory {
  #key;
  #who;
  #kept = { ...EMPTY };
  onChange = () => {};

  /** What another than `who` left behind is not read, and goes with the first thing that is kept. */
  constructor(server, who = "") {
    this.#key = `frontdesk.chat.${server}`;
    this.#who = who;
    this.#kept.who = who;
    this.#load();
    // Another tab of the same site writes into the same conversation.
    addEventListener("storage", (event) => {
      if (event.key !== this.#key) return;
      this.#load();
      this.onChange();
    });
  }

  get(name) {
    return this.#kept[name];
  }

  set(changes) {
    this.#load();
    Object.assign(this.#kept, changes);
    this.#save();
  }

  /** Keeps a message until it is stored on the server. */
  queue(message) {
    this.#load();
    this.#kept.unsent.push(message);
    this.#save();
  }

  /** Remembers in which conversation a message was first sent: repeated in another it would count twice. */
  bind(id, token) {
    this.#load();
    for (const each of this.#kept.unsent) if (each.id === id) each.token ??= token;
    this.#save();
    return this.#kept.unsent.find((each) => each.id === id)?.token ?? token;
  }

  unqueue(id) {
    this.#load();
    this.#kept.unsent = this.#kept.unsent.filter((each) => each.id !== id);
    this.#save();
  }

  markRead(ids) {
    this.#load();
    this.#kept.read = [...new Set([...this.#kept.read, ...ids])].slice(-MOST_READ);
    this.#save();
  }

  forgetConversation() {
    this.#load();
    const unsent = this.#kept.unsent.map(({ token: _over, ...message }) => message);
    this.set({ token: "", reference: "", read: [], unsent });
  }

  /** Forgets everything. */
  clear() {
    this.#kept = { ...EMPTY, who: this.#who };
    this.#save();
  }

  #load() {
    try {
      const kept = { ...EMPTY, ...JSON.parse(localStorage.getItem(this.#key)) };
      if (!Array.isArray(kept.unsent) || !Array.isArray(kept.read)) return;
      this.#kept = kept.who === this.#who ? kept : { ...EMPTY, who: this.#who };
    } catch {
      // Storage may be switched off or hold something else: go on with what is known.
    }
  }

  #save() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // As above.
    }
  }
}
