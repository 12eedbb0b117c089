// The entry of every page: the components that pages use, and the small islands of script.
import "@ui5/webcomponents-fiori/dist/ShellBar.js";
import "@ui5/webcomponents-fiori/dist/ShellBarBranding.js";
import "@ui5/webcomponents-fiori/dist/ShellBarItem.js";
import "@ui5/webcomponents/dist/Avatar.js";
import "@ui5/webcomponents/dist/Button.js";
import "@ui5/webcomponents-icons/dist/dark-mode.js";
import "@ui5/webcomponents-icons/dist/light-mode.js";
import "@ui5/webcomponents-icons/dist/menu2.js";
import "@ui5/webcomponents-icons/dist/person-placeholder.js";
import "./styles/index.css";
import "./scripts/component_labels.js";
import { setUpForms } from "./scripts/forms.js";
import { watchLiveParts } from "./scripts/live.js";
import { setUpRequests } from "./scripts/requests.js";
import { setUpShell } from "./scripts/shell.js";
import { setUpSideNavigation } from "./scripts/side_navigation.js";
import { setUpTheme } from "./scripts/theme.js";
import { showLocalTimes } from "./scripts/times.js";
import { showTurn } from "./scripts/turn.js";

setUpRequests();
setUpTheme();
setUpShell();
setUpSideNavigation();
setUpForms();
showLocalTimes(document);
showTurn();
watchLiveParts(document);
