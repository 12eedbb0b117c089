// The side navigation: a rail or a list on wide screens (remembered on this device), over the page on narrow ones.
const root = document.documentElement;
const narrow = matchMedia("(max-width: 599px)");
const medium = matchMedia("(max-width: 1279px)");

/** Wires the button in the shell bar that opens and closes it. */
export function setUpSideNavigation() {
  const toggle = document.getElementById("nav-toggle");
  const side = document.getElementById("side");
  if (!toggle || !side) return;
  const told = () => {
    toggle.accessibilityAttributes = { expanded: String(isOpen()), controls: undefined };
  };
  toggle.addEventListener("click", () => {
    set(!isOpen());
    told();
    if (narrow.matches && isOpen()) side.querySelector("a[aria-current], a")?.focus();
  });
  const close = () => {
    if (!narrow.matches || !isOpen()) return;
    set(false);
    told();
    toggle.focus();
  };
  document.getElementById("side-cover")?.addEventListener("click", close);
  addEventListener("keydown", (event) => event.key === "Escape" && close());
  narrow.addEventListener("change", () => {
    delete root.dataset.overlay;
    told();
  });
  medium.addEventListener("change", () => {
    root.dataset.side = medium.matches ? "rail" : "list";
    told();
  });
  told();
}

const isOpen = () => (narrow.matches ? root.dataset.overlay === "open" : root.dataset.side === "list");

function set(open) {
  if (narrow.matches) {
    if (open) root.dataset.overlay = "open";
    else delete root.dataset.overlay;
    return;
  }
  root.dataset.side = open ? "list" : "rail";
  try {
    localStorage.setItem("frontdesk.side", root.dataset.side);
  } catch {
    // Storage can be switched off: the choice then lasts until the page is left.
  }
}
