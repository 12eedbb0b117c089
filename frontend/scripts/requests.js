// What every htmx request carries and how a failed one is told.
import htmx from "htmx.org";
import { toast } from "./announce.js";
import { t } from "./labels.js";
import { showLocalTimes } from "./times.js";

/** Adds the CSRF token to htmx requests, keeps opened details open when content is merged, shows local times in it. */
export function setUpRequests() {
  htmx.config.morphIgnore = [...htmx.config.morphIgnore, "open"];
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && detail.ctx?.request?.headers) detail.ctx.request.headers["x-csrftoken"] = token;
  });
  document.addEventListener("htmx:after:swap", () => showLocalTimes(document));
  document.addEventListener("htmx:error", () => toast(t("That did not work. Check the connection and try again.")));
}
