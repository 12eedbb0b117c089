"""Maps the entities of interfaces to our tables: compiles queries to SQL and carries changes out."""
