// The bell: how much its reader has not looked at, and what. Who wants it is told by the desktop too.
import { kept } from "./kept.js";
import { showLocalTimes } from "./times.js";

/** Wires the bell of the shell bar to what the navigation fetches. */
export function showNotifications() {
  const views = document.getElementById("desk-views");
  const bar = document.querySelector("ui5-shellbar");
  if (!views || !bar) return;
  const outside = kept(localStorage, "frontdesk.notifications", { desktop: false, newest: "" });
  const may = () => outside.value.desktop && window.Notification?.permission === "granted";
  bar.showNotifications = true;
  bar.addEventListener("notifications-click", (event) => {
    event.preventDefault();
    document.getElementById("told")?.togglePopover();
  });
  document.addEventListener("htmx:after:swap", () => {
    const told = document.getElementById("told");
    if (!told) return;
    bar.notificationsCount = told.dataset.told === "0" ? "" : told.dataset.told;
    told.querySelector("#tell-outside input").checked = may();
    showLocalTimes(told);
    const newest = told.querySelector("li:has(a)");
    const key = newest && newest.querySelector("a").href + newest.querySelector("time").dateTime;
    if (!key || key === outside.value.newest) return;
    // Of several open pages one tells.
    Object.assign(outside.value, { newest: key });
    outside.keep();
    if (may()) new Notification(newest.querySelector("a").textContent, { body: newest.querySelector("span").textContent, tag: key });
  });
  views.addEventListener("change", async ({ target }) => {
    if (!target.closest("#tell-outside")) return;
    outside.value.desktop = target.checked && (await window.Notification?.requestPermission()) === "granted";
    target.checked = outside.value.desktop;
    outside.keep();
  });
}
