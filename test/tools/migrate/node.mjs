// node node.mjs TOOL LAST: runs the migrations 1 to LAST by that tool, in the database that PG* in the environment
// name. The third one fails.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [tool, last] = [process.argv[2], Number(process.argv[3])];
const { PGHOST: host, PGPORT, PGDATABASE: database, PGUSER: user } = process.env;
const connection = { host, port: Number(PGPORT), database, user };
const statements = [
  ['people', 'CREATE TABLE people (id integer PRIMARY KEY)'],
  ['topics', 'CREATE TABLE topics (id integer PRIMARY KEY)'],
  ['broken', 'CREATE TABLE broken (id integer DEFAULT 1 / 0); SELECT 1 / 0'],
].slice(0, last);

// A folder with a file for each migration.
function files(name, content) {
  const folder = `${process.cwd()}/${tool}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  statements.forEach(([what, sql], i) => writeFileSync(`${folder}/${name(i + 1, what)}`, content(sql)));
  return folder;
}

const run = {
  async knex() {
    const db = require('knex')({ client: 'pg', connection });
    const migrations = statements.map(([what, sql], i) => ({ name: `${i + 1}_${what}`, up: (k) => k.raw(sql), down: () => {} }));
    const migrationSource = {
      getMigrations: async () => migrations,
      getMigrationName: (one) => one.name,
      getMigration: async (one) => one,
    };
    await db.migrate.latest({ migrationSource }).finally(() => db.destroy());
  },
  async typeorm() {
    const { DataSource } = require('typeorm');
    const migrations = statements.map(([what, sql], i) => {
      const name = `${what}170000000000${i + 1}`;
      return { [name]: class { name = name; up(runner) { return runner.query(sql); } down() {} } }[name];
    });
    const source = new DataSource({ type: 'postgres', host, port: connection.port, database, username: user, migrations, migrationsTransactionMode: 'each' });
    await source.initialize();
    await source.runMigrations().finally(() => source.destroy());
  },
  async sequelize() {
    const folder = files((n, what) => `${n}-${what}.js`, (sql) => `module.exports = { up: (q) => q.sequelize.query(${JSON.stringify(sql)}), down: () => {} };`);
    writeFileSync('sequelize.json', JSON.stringify({ development: { ...connection, username: user, dialect: 'postgres' } }));
    execFileSync('node', [require.resolve('sequelize-cli/lib/sequelize'), 'db:migrate', '--config', 'sequelize.json', '--migrations-path', folder], { stdio: 'inherit' });
  },
  async 'node-pg-migrate'() {
    const { runner } = await import('node-pg-migrate');
    const dir = files((n, what) => `${n}_${what}.sql`, (sql) => `-- Up Migration\n${sql};\n-- Down Migration\n`);
    await runner({ databaseUrl: connection, dir, direction: 'up', migrationsTable: 'pgmigrations', log: () => {} });
  },
  async 'db-migrate'() {
    const folder = files((n, what) => `2025010100000${n}-${what}.js`, (sql) => `exports.up = (db) => db.runSql(${JSON.stringify(sql)}); exports.down = () => {}; exports._meta = { version: 1 };`);
    const migrate = require('db-migrate').getInstance(true, {
      cwd: process.cwd(), env: 'dev', throwUncatched: true,
      config: { dev: { driver: 'pg', ...connection } }, cmdOptions: { 'migrations-dir': folder },
    });
    migrate.silence(true);
    await migrate.up();
  },
  async drizzle() {
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const { migrate } = await import('drizzle-orm/node-postgres/migrator');
    const migrationsFolder = files((n, what) => `000${n}_${what}.sql`, (sql) => sql);
    mkdirSync(`${migrationsFolder}/meta`);
    const entries = statements.map(([what], i) => ({ idx: i, version: '7', when: 1700000000001 + i, tag: `000${i + 1}_${what}`, breakpoints: true }));
    writeFileSync(`${migrationsFolder}/meta/_journal.json`, JSON.stringify({ version: '7', dialect: 'postgresql', entries }));
    const { default: pg } = await import('pg');
    const client = new pg.Client(connection);
    await client.connect();
    await migrate(drizzle(client), { migrationsFolder }).finally(() => client.end());
  },
  async dbmate() {
    const folder = files((n, what) => `2025010100000${n}_${what}.sql`, (sql) => `-- migrate:up\n${sql};\n-- migrate:down\n`);
    const url = `postgres://${user}@/${database}?host=${host}&port=${PGPORT}&sslmode=disable`;
    const cli = require.resolve('@dbmate/linux-x64/package.json').replace('package.json', 'bin/dbmate');
    execFileSync(cli, ['--url', url, '--migrations-dir', folder, '--no-dump-schema', 'migrate'], { stdio: 'inherit' });
  },
  async 'graphile-migrate'() {
    const { migrate } = require('graphile-migrate');
    const migrationsFolder = files(() => 'current.sql', () => '');
    mkdirSync(`${migrationsFolder}/committed`);
    let previous = null;
    statements.forEach(([, sql], i) => {
      const hash = `sha1:${createHash('sha1').update(`${`${previous ?? ''}\n${sql};`.trim()}\n`).digest('hex')}`;
      writeFileSync(`${migrationsFolder}/committed/00000${i + 1}.sql`, `--! Previous: ${previous ?? '-'}\n--! Hash: ${hash}\n\n${sql};\n`);
      previous = hash;
    });
    await migrate({ connectionString: `postgres://${user}@/${database}?host=${host}&port=${PGPORT}`, migrationsFolder });
  },
  async kysely() {
    const { Kysely, Migrator, PostgresDialect, sql } = await import('kysely');
    const { default: pg } = await import('pg');
    const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(connection) }) });
    const migrations = Object.fromEntries(statements.map(([what, text], i) => [`${i + 1}_${what}`, { up: (k) => sql.raw(text).execute(k) }]));
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    await db.destroy();
    if (error) throw error;
  },
};

await run[tool]();
process.exit(0);
