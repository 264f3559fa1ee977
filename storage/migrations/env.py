"""Where Alembic finds the tables and the connection.

The program passes its connection; by hand, `alembic -x url=… upgrade head`.
"""

from alembic import context
from sqlalchemy import Connection, create_engine

import storage.tables  # noqa: F401  The import is what fills the metadata.
from storage.columns import Table


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        compare_server_default=True,
        render_as_batch=True,
        user_module_prefix="columns.",
        # Alembic assumes SQLite's driver cannot; ours begins transactions itself.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _main() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    url = context.get_x_argument(as_dictionary=True)["url"]
    with create_engine(url).begin() as opened:
        _migrate(opened)


_main()
