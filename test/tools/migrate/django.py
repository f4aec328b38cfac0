# python3 django.py [APP NAME]: an app shop with three migrations, of which the last one fails.
import os
import sys

os.makedirs('shop/migrations', exist_ok=True)
open('shop/__init__.py', 'w').close()
open('shop/migrations/__init__.py', 'w').close()
previous = []
for name, sql in [('0001_people', 'CREATE TABLE people (id integer)'), ('0002_topics', 'CREATE TABLE topics (id integer)'),
                  ('0003_broken', 'SELECT 1 / 0')]:
    with open(f'shop/migrations/{name}.py', 'w') as file:
        file.write('from django.db import migrations\n'
                   f'class Migration(migrations.Migration):\n    dependencies = {previous!r}\n'
                   f'    operations = [migrations.RunSQL({sql!r}, migrations.RunSQL.noop)]\n')
    previous = [('shop', name)]

sys.path[0] = os.getcwd()
from django.conf import settings
settings.configure(
    INSTALLED_APPS=['shop'], USE_TZ=True, SECRET_KEY='-', DEFAULT_AUTO_FIELD='django.db.models.AutoField',
    DATABASES={'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['PGDATABASE'],
                           'HOST': os.environ['PGHOST'], 'PORT': os.environ['PGPORT']}})
import django
django.setup()
from django.core.management import call_command
call_command('migrate', *sys.argv[1:], verbosity=0)
