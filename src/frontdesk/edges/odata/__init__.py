"""OData V4: services of entities, queries, changes, batches and operations, as clients of SAP's sample know them."""
