"""What all tables share: the metadata with its naming rules, and the types of keys."""

from sqlalchemy import BigInteger, Integer, MetaData, String

from frontdesk.model.identity import NAME_LENGTH

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives automatic keys only to INTEGER; PostgreSQL should not run out at two thousand million.
Key = BigInteger().with_variant(Integer(), "sqlite")
Ulid = String(26)
# Whoever did something: the name of an account or a key.
Name = String(NAME_LENGTH)
