// The shell bar: who is signed in, and the menu behind the picture.
import { at } from "./base.js";
import { t } from "./labels.js";
import { setUpUserMenu } from "./user_menu.js";

/** Wires the shell bar's own buttons. */
export function setUpShell() {
  const bar = document.querySelector("ui5-shellbar");
  if (!bar) return;
  document.getElementById("sign-in-item")?.addEventListener("click", () => location.assign(at("/sign-in")));
  const name = bar.dataset.userName;
  if (!name) return;
  bar.accessibilityAttributes = { profile: { name: t("{name}: account", { name }), hasPopup: "menu", expanded: "false" } };
  bar.addEventListener("profile-click", (event) => {
    event.preventDefault();
    setUpUserMenu(bar, event.detail.targetRef);
  });
}
