"""Tables, queries, migrations and the writer. The only room that knows SQL."""
