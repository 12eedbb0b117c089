sap.ui.define(["sap/ovp/app/Component"], function (Parent) {
  "use strict";
  return Parent.extend("frontdesk.fiori.insights.Component", { metadata: { manifest: "json" } });
});
