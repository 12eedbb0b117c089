// Runs before the first paint: says that scripts work and sets the theme that was chosen on this device.
const root = document.documentElement;
root.dataset.js = "";
try {
  const chosen = localStorage.getItem("frontdesk.theme");
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
} catch {
  // Storage can be switched off; the system's theme is used then.
}
