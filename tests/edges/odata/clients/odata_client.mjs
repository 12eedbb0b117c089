// npm @odata/client: query with filter, count and order, create, read by key, change, delete, batch.
import { OData } from "@odata/client";

const [url, token] = process.argv.slice(2);
const client = OData.New4({
  metadataUri: `${url}/admin/$metadata`,
  serviceEndpoint: `${url}/admin/`,
  // Its own "application/json" asks for a batch in JSON, which it cannot read.
  commonHeaders: { Authorization: `Bearer ${token}`, Accept: "application/json, multipart/mixed" },
});
const customers = client.getEntitySet("Customer");
const created = await customers.create({ ID: "OC1", name: "Made by @odata/client" });
const found = await customers.query(client.newParam().filter(client.newFilter().property("ID").eq("OC1")).count(true));
await customers.update("OC1", { name: "Renamed" });
const read = await customers.retrieve("OC1");
const matter = await client.getEntitySet("CustomerInteraction").create({ inboundMsgs: [{ inboundTextMsg: "My oven stays cold." }] });
const messages = await client
  .getEntitySet("InboundCustomerMessage")
  .query(client.newParam().filter(`interaction_ID eq ${matter.ID}`).expand("intent").select(["sequence", "sentiment"]));
const batch = await client.execBatchRequests([
  client.newBatchRequest({ collection: "Customer", id: "OC1", method: "GET" }),
  client.newBatchRequest({ collection: "Customer", method: "POST", entity: { ID: "OC2", name: "By batch" } }),
]);
const answers = await Promise.all(batch.map(async (each) => ({ status: each.status, body: await each.json() })));
console.log(
  JSON.stringify({
    created: created.name,
    found: found.length,
    read: read.name,
    sentiment: messages[0].sentiment,
    intent: messages[0].intent.name,
    batch: answers.map((each) => each.status),
  }),
);
