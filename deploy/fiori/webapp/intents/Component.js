sap.ui.define(["sap/fe/core/AppComponent"], function (Parent) {
  "use strict";
  return Parent.extend("frontdesk.fiori.intents.Component", { metadata: { manifest: "json" } });
});
