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
  const { lang, theme, heading, help, name, email, customer } = tag.dataset;
  const language = lang || document.documentElement.lang || navigator.language || "en";
  return { server: new URL(tag.src).origin, language, theme, heading, help: helpLink(help), name, email, customer };
};

const helpLink = (text) => {
  try {
    const link = new URL(text, location.href);
    return text && ["https:", "http:", "mailto:", "tel:"].includes(link.protocol) ? link.href : "";
  } catch {
    return "";
  }
};

const begin = () => {
  const chosen = options(script);
  const memory = new Memory(chosen.server);
  const panel = new Panel(chosen, wordsIn(chosen.language), memory);
  const line = new Line(chosen, memory, panel);
  panel.onSay = (text) => line.say(text);
  panel.onRead = () => line.tellSeen();
  document.body.append(panel.root);
  line.start();
};

if (!script) console.error("Frontdesk chat: load widget.js with a plain <script src> tag");
else if (!window.frontdeskChat) {
  window.frontdeskChat = true; // a page that names the script twice gets one chat
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}
