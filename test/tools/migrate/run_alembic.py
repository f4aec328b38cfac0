# python3 run_alembic.py REVISION: three migrations, of which the last one fails, each in a transaction of its own.
import os
import sys

os.makedirs('scripts/versions', exist_ok=True)
with open('scripts/env.py', 'w') as file:
    file.write('from alembic import context\n'
               'from sqlalchemy import create_engine\n'
               "with create_engine('postgresql+psycopg2://').connect() as connection:\n"
               '    context.configure(connection=connection, transaction_per_migration=True)\n'
               '    with context.begin_transaction():\n'
               '        context.run_migrations()\n')
previous = None
for name, sql in [('001_people', 'CREATE TABLE people (id integer)'), ('002_topics', 'CREATE TABLE topics (id integer)'),
                  ('003_broken', 'SELECT 1 / 0')]:
    with open(f'scripts/versions/{name}.py', 'w') as file:
        file.write(f'from alembic import op\nrevision = {name!r}\ndown_revision = {previous!r}\n'
                   f'def upgrade():\n    op.execute({sql!r})\n')
    previous = name

from alembic import command
from alembic.config import Config
config = Config()
config.set_main_option('script_location', 'scripts')
command.upgrade(config, sys.argv[1])
