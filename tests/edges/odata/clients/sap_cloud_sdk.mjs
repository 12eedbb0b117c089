// SAP Cloud SDK: a client generated of our metadata reads, creates, changes and sends a batch.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { generate } from "@sap-cloud-sdk/generator";
import typescript from "typescript";

const [url, token, folder] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}` };
const input = join(folder, "specs");
const outputDir = join(folder, "generated");
mkdirSync(input, { recursive: true });
writeFileSync(join(input, "admin.edmx"), await (await fetch(`${url}/admin/$metadata`, { headers })).text());
await generate({ input, outputDir, transpile: false, skipValidation: true, overwrite: true, optionsPerService: undefined });

const made = join(outputDir, "admin");
for (const name of readdirSync(made).filter((each) => each.endsWith(".ts"))) {
  const source = readFileSync(join(made, name), "utf8");
  const options = { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022 };
  const compiled = typescript.transpileModule(source, { compilerOptions: options });
  writeFileSync(join(made, name.replace(/\.ts$/, ".js")), compiled.outputText);
}
writeFileSync(join(made, "package.json"), '{"type":"commonjs"}');

const module = createRequire(import.meta.url)(join(made, "index.js"));
const { customerApi, customerInteractionApi } = module.admin();
const there = { url, headers };
const run = (request) => request.setBasePath("/admin").execute(there);
const one = customerApi.entityBuilder().id("SDK1").name("Made by the SDK").build();
const created = await run(customerApi.requestBuilder().create(one));
const listed = await run(customerApi.requestBuilder().getAll().filter(customerApi.schema.ID.equals("SDK1")).count());
created.name = "Renamed";
const updated = await run(customerApi.requestBuilder().update(created));
const read = await run(customerApi.requestBuilder().getByKey("SDK1"));
const { schema } = customerInteractionApi;
const matters = await run(customerInteractionApi.requestBuilder().getAll().top(1).select(schema.ID, schema.STATUS));
const two = customerApi.entityBuilder().id("SDK2").name("By batch").build();
const answers = await run(
  module.batch(customerApi.requestBuilder().getByKey("SDK1"), module.changeset(customerApi.requestBuilder().create(two))),
);
console.log(
  JSON.stringify({
    created: created.id,
    listed,
    updated: updated.name,
    read: read.name,
    matters: matters.length,
    batch: answers.map((each) => each.isSuccess()),
  }),
);
