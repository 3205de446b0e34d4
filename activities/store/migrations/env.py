"""Runs the migrations on the connection that `migrate` holds, in its transaction."""

from alembic import context

from activities.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,  # SQLite's is too, once BEGIN is ours to say
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
