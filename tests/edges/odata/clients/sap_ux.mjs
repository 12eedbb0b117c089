// What Fiori tools read of the metadata: types, navigations, annotations that resolve.
import { parse } from "@sap-ux/edmx-parser";
import { convert } from "@sap-ux/annotation-converter";

const [url, token] = process.argv.slice(2);
const answer = await fetch(`${url}/admin/$metadata`, { headers: { Authorization: `Bearer ${token}` } });
const converted = convert(parse(await answer.text()));
const interactions = converted.entitySets.by_name("CustomerInteraction");
const insights = converted.entitySets.by_name("InteractionInsight");
const type = interactions.entityType;
console.log(
  JSON.stringify({
    diagnostics: converted.diagnostics,
    sets: converted.entitySets.length,
    keys: type.keys.map((key) => key.name),
    columns: type.annotations.UI.LineItem.map((field) => field.Value.path),
    resolved: type.annotations.UI.LineItem.every((field) => field.Value.$target !== undefined),
    title: type.annotations.UI.HeaderInfo.TypeName.toString(),
    chart: insights.entityType.annotations.UI.Chart.ChartType,
    measures: insights.entityType.annotations.Aggregation.ApplySupported.AggregatableProperties.length,
    insertable: insights.annotations.Capabilities.InsertRestrictions.Insertable,
    draft: converted.entitySets.by_name("InboundCustomerMessageIntent").annotations.Common.DraftRoot.ActivationAction.toString(),
    actions: converted.actions.map((action) => action.name).sort(),
    bound: interactions.navigationPropertyBinding.inboundMsgs.name,
  }),
);
