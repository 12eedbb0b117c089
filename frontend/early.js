// Runs before the first paint: says that scripts work, and sets what was chosen on this device (theme, navigation).
const root = document.documentElement;
root.dataset.js = "";
root.dataset.side = matchMedia("(max-width: 1279px)").matches ? "rail" : "list";
try {
  const theme = localStorage.getItem("frontdesk.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const side = localStorage.getItem("frontdesk.side");
  if (side === "list" || side === "rail") root.dataset.side = side;
} catch {
  // Storage can be switched off; what the system and the width of the screen say is used then.
}
