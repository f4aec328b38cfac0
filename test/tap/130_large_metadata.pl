# Metadata of 50 MB, right and wrong: a right answer or a clear error, and a backend that does not keep the memory.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('large');
$node->init;
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION schemaver;
CREATE TABLE people (id int PRIMARY KEY);
DO $$ BEGIN EXECUTE format('COMMENT ON TABLE people IS %L', repeat('fifty million bytes ', 2500000)); END $$;
CREATE TABLE kept (metadata text);
INSERT INTO kept SELECT schemaver.stamp_backup('large');
SQL
is($node->safe_psql('postgres', "SELECT length(metadata) > 50000000 FROM kept"), 't', 'the metadata is large');
is($node->safe_psql('postgres', 'SELECT r.verdict FROM kept, schemaver.check_restore(metadata) AS r'), 'match', 'and right');
is($node->safe_psql('postgres', "SELECT schemaver.backup_metadata('large') = metadata FROM kept"), 't', 'and kept');

my (undef, undef, $errors) = $node->psql('postgres',
	"\\set VERBOSITY verbose\nSELECT r.verdict FROM kept, schemaver.check_restore(replace(metadata, 'people', 'peoplf')) AS r");
like($errors, qr/ERROR:  SV004: the backup metadata has been changed or damaged/, 'damaged');
for my $filler ('x', '[', '{"a":', '"', '1', '\\', "a: b\n")
{
	my $literal = $filler =~ s/\n/\\n/r;
	(undef, undef, $errors) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nSELECT schemaver.check_restore('{' || repeat(\$f\$$filler\$f\$, 50000000 / length(\$f\$$filler\$f\$)))");
	like($errors, qr/ERROR:  SV002: /, "50 MB of $literal");
	cmp_ok(length $errors, '<', 5000, "50 MB of $literal: the message is short");
}
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
