sap.ui.getCore().attachInit(function () {
  sap.ushell.Container.createRenderer().placeAt("content");
});
