window["sap-ushell-config"] = {
  defaultRenderer: "fiori2",
  renderers: { fiori2: { componentData: { config: { search: "hidden", enableSearch: false } } } },
  applications: Object.fromEntries(
    [
      ["CustomerInteraction-display", "interactions", "Interactions"],
      ["CustomerIntent-display", "intents", "Intents"],
      ["CustomerInsight-display", "insights", "Insights"],
    ].map(([intent, folder, title]) => [
      intent,
      {
        title,
        additionalInformation: `SAPUI5.Component=frontdesk.fiori.${folder}`,
        applicationType: "URL",
        url: `./${folder}`,
        navigationMode: "embedded",
      },
    ]),
  ),
};
