"""Tables, queries, migrations and the writer. The only package that knows SQL."""
