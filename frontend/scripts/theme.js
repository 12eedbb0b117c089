// Light or dark: follows the system until the toggle says otherwise, and again when both agree.
import { setTheme } from "@ui5/webcomponents-base/dist/config/Theme.js";

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const wantsContrast = matchMedia("(prefers-contrast: more)");

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);

/** Sets the toggle up and keeps its label true. */
export function setUpTheme() {
  const toggle = document.getElementById("theme-toggle");
  const label = () => {
    if (!toggle) return;
    toggle.icon = isDark() ? "light-mode" : "dark-mode";
    toggle.text = isDark() ? toggle.dataset.light : toggle.dataset.dark;
  };
  toggle?.addEventListener("click", () => {
    choose(isDark() ? "light" : "dark");
    label();
  });
  systemIsDark.addEventListener("change", label);
  wantsContrast.addEventListener("change", followContrast);
  label();
  followContrast();
}

function choose(theme) {
  const system = systemIsDark.matches ? "dark" : "light";
  try {
    if (theme === system) localStorage.removeItem("frontdesk.theme");
    else localStorage.setItem("frontdesk.theme", theme);
  } catch {
    // Storage can be switched off: the choice then lasts until the page is left.
  }
  if (theme === system) delete root.dataset.theme;
  else root.dataset.theme = theme;
}

async function followContrast() {
  if (wantsContrast.matches) await import("./contrast.js");
  await setTheme(wantsContrast.matches ? "sap_horizon_hc_auto" : "sap_horizon");
}
