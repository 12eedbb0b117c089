// The chat widget: one script for any web site. It puts a button and a window into a shadow root of its own, so that
// neither page nor widget can spoil the other's look. It needs of a page's Content-Security-Policy nothing but its own
// server in script-src and connect-src: no inline style, no image, no font, no markup made out of text.
import { Line } from "./line.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";
import { wordsIn } from "./words.js";

const script = document.currentScript;

/** What the script's own tag says. */
const options = (tag) => {
  const { lang, theme, heading, help, name, email, customer, user, identity } = tag.dataset;
  const language = lang || document.documentElement.lang || navigator.language || "en";
  const known = { name, email, customer, user, identity };
  return { server: new URL(".", tag.src).href.slice(0, -1), language, theme, heading, help: helpLink(help), ...known };
};

const helpLink = (text) => {
  try {
    const link = new URL(text, location.href);
    return text && ["https:", "http:", "mailto:", "tel:"].includes(link.protocol) ? link.href : "";
  } catch {
    return "";
  }
};

/** Whose conversation it is: somebody else at the same browser begins one of their own. */
const whose = ({ email, customer, user }) => [user, email, customer].map((each) => each || "").join("\n").trim();

const begin = () => {
  const chosen = options(script);
  const memory = new Memory(chosen.server, whose(chosen));
  const panel = new Panel(chosen, wordsIn(chosen.language), memory);
  const line = new Line(chosen, memory, panel);
  panel.onSay = (text) => line.say(text);
  panel.onRead = () => line.tellSeen();
  panel.onHelped = (message, helped) => line.tellHelped(message, helped);
  document.body.append(panel.root);
  line.start();
  window.frontdeskChat.reset = () => line.reset();
};

if (!script) console.error("Frontdesk chat: load widget.js with a plain <script src> tag");
else if (!window.frontdeskChat) {
  // A page that names the script twice gets one chat. Pages call `reset` when somebody signs out.
  window.frontdeskChat = { reset: () => new Memory(new URL(".", script.src).href.slice(0, -1)).clear() };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}
