"""A PostgreSQL database that is put back between tests: a thousand times faster than making it anew.

What a first start leaves is kept in a schema beside. The user must be a superuser, as triggers are switched off.
"""

import asyncpg

# A test process that dies loses nothing; only a server that dies would.
QUICK = "ALTER DATABASE {name} SET synchronous_commit = off"
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()"
)
CLEAR = ("DROP SCHEMA IF EXISTS kept CASCADE", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
# Everything that a test could change in the schema, as one value.
SHAPE = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT table_name || '.' || column_name || ' ' || data_type || is_nullable AS part
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT tgrelid::regclass || '.' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
) AS parts
"""


async def run(url: str, *statements: str) -> None:
    """Run statements, each by itself."""
    connection = await asyncpg.connect(url, timeout=60)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def keep(url: str) -> None:
    """Remember rows, sequences and schema as they are now."""
    connection = await asyncpg.connect(url, timeout=60)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        await connection.execute("CREATE SCHEMA kept")
        for table in tables:
            await connection.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")
        filled = [table for table in tables if await connection.fetchval(f"SELECT EXISTS (SELECT FROM kept.{table})")]
        sequences = await connection.fetch(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        back = (
            "SET session_replication_role = replica",
            *(f"DELETE FROM public.{table}" for table in tables),
            *(f"INSERT INTO public.{table} SELECT * FROM kept.{table}" for table in filled),
            *(f"SELECT setval('public.{name}', {last or 1}, {last is not None})" for name, last in sequences),
        )
        shape = await connection.fetchval(SHAPE)
        await connection.execute("CREATE TABLE kept.how (shape text, back text)")
        await connection.execute("INSERT INTO kept.how VALUES ($1, $2)", shape, ";".join(back))
    finally:
        await connection.close()


async def put_back(url: str) -> bool:
    """End what is still connected and restore what was kept; False where nothing is kept or the schema has changed."""
    connection = await asyncpg.connect(url, timeout=60)
    try:
        await connection.execute(END_OTHERS)
        if await connection.fetchval("SELECT to_regclass('kept.how')") is None:
            return False
        shape, back = await connection.fetchrow("SELECT shape, back FROM kept.how")
        if shape != await connection.fetchval(SHAPE):
            return False
        await connection.execute(back)
        return True
    finally:
        await connection.close()
