// What UI5 components themselves say, in the languages of the pages; each file is fetched when it is needed.
import { registerI18nLoader } from "@ui5/webcomponents-base/dist/asset-registries/i18n.js";

const german = {
  "@ui5/webcomponents": () => import("@ui5/webcomponents/dist/generated/assets/i18n/messagebundle_de.json"),
  "@ui5/webcomponents-fiori": () => import("@ui5/webcomponents-fiori/dist/generated/assets/i18n/messagebundle_de.json"),
};
for (const [name, load] of Object.entries(german)) {
  registerI18nLoader(name, "de", async () => (await load()).default);
}
