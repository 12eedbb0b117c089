// What every htmx request carries and how a failed one is told.
import htmx from "htmx.org";
import { toast } from "./announce.js";

/** Adds the CSRF token to htmx requests that change something; keeps opened details open when parts are swapped. */
export function setUpRequests() {
  htmx.config.morphIgnore = [...htmx.config.morphIgnore, "open"];
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && detail.ctx?.request?.headers) detail.ctx.request.headers["x-csrftoken"] = token;
  });
  document.addEventListener("htmx:error", () => toast("That did not work. Check the connection and try again."));
}
