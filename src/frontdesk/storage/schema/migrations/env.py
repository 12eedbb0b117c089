"""Runs migrations over the connection that `storage.opening.upgrade` hands in."""

from alembic import context

from frontdesk.storage.schema.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller holds the transaction, on both databases
)
context.run_migrations()
