// Makes the high contrast theme known; loaded only on devices that ask for more contrast.
import { registerThemePropertiesLoader } from "@ui5/webcomponents-base/dist/asset-registries/Themes.js";
import components from "@ui5/webcomponents/dist/generated/assets/themes/sap_horizon_hc_auto/parameters-bundle.css.json";
import fiori from "@ui5/webcomponents-fiori/dist/generated/assets/themes/sap_horizon_hc_auto/parameters-bundle.css.json";
import palette from "@ui5/webcomponents-theming/dist/generated/assets/themes/sap_horizon_hc_auto/parameters-bundle.css.json";

const theme = "sap_horizon_hc_auto";
registerThemePropertiesLoader("@ui5/webcomponents-theming", theme, async () => palette);
registerThemePropertiesLoader("@ui5/webcomponents", theme, async () => components, "host");
registerThemePropertiesLoader("@ui5/webcomponents-fiori", theme, async () => fiori, "host");
