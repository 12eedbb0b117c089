"""OData over HTTP: addresses, bodies, batches, results, errors."""
