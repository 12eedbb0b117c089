// The account menu; its component is fetched when it is first opened.
import { at } from "./base.js";
import { t } from "./labels.js";

/** Opens the account menu at `opener`, with the way to one's own account and a button that signs out. */
export async function setUpUserMenu(bar, opener) {
  await Promise.all([
    import("@ui5/webcomponents-fiori/dist/UserMenu.js"),
    import("@ui5/webcomponents-fiori/dist/UserMenuAccount.js"),
    import("@ui5/webcomponents-fiori/dist/UserMenuItem.js"),
  ]);
  const menu = document.getElementById("user-menu") ?? createMenu(bar);
  menu.opener = opener;
  menu.open = !menu.open;
}

function createMenu(bar) {
  const { userName, userRole } = bar.dataset;
  const menu = document.createElement("ui5-user-menu");
  menu.id = "user-menu";
  const account = document.createElement("ui5-user-menu-account");
  account.slot = "accounts";
  account.selected = true;
  account.titleText = userName;
  account.subtitleText = userRole;
  account.avatarInitials = initials(userName);
  const own = document.createElement("ui5-user-menu-item");
  own.text = t("Your account");
  menu.append(account, own);
  menu.addEventListener("item-click", () => location.assign(at("/account")));
  menu.addEventListener("sign-out-click", (event) => {
    event.preventDefault();
    document.getElementById("sign-out").requestSubmit();
  });
  document.body.append(menu);
  return menu;
}

const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => [...word][0].toUpperCase())
    .filter((_, at, all) => at === 0 || at === all.length - 1)
    .join("");
