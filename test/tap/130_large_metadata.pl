# Metadata of 50 MB, right and wrong: a right answer or a clear error. Metadata of 10,000 tables: an answer within 5 seconds
# of the processor's time and 500 MB. SCHEMAVER_PATIENCE=4 allows four times as long, for a module that is not optimised.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use POSIX ();
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
# Ten thousand tables: as they are, and as if each had been altered since.
$node->safe_psql('postgres', 'CREATE DATABASE many');
$node->safe_psql('many', <<'SQL');
DO $$ BEGIN
  FOR i IN 1..10000 LOOP
    EXECUTE format('CREATE TABLE t%s (id int NOT NULL, a varchar(20) NOT NULL DEFAULT %L, b int CHECK (b > 0), c timestamptz DEFAULT now(),
      d varchar(30), e numeric(10,2), f boolean, g int)', i, 'x');
    IF i % 1000 = 0 THEN COMMIT; END IF;
  END LOOP;
END $$;
CREATE EXTENSION schemaver;
SQL
my $metadata = $node->safe_psql('many', 'SELECT schemaver.backup_metadata()');
my $altered = $metadata =~ s/character varying\(30\)/character varying(50)/gr;
my $digest = 'sha256:' . sha256_hex($altered =~ s/"digest":"sha256:[0-9a-f]{64}",//r);
$altered =~ s/"digest":"sha256:[0-9a-f]{64}"/"digest":"$digest"/;
my $folder = $PostgreSQL::Test::Utils::tmp_check;
append_to_file("$folder/same.json", $metadata);
append_to_file("$folder/altered.json", $altered);
for (
	[ 'check_restore(%s)', 'same', '1|match|0' ],
	[ 'verify_restore(%s)', 'same', '1|match|0' ],
	[ 'check_restore(%s)', 'altered', '1|incompatible|10000' ],
	[ 'verify_restore(%s)', 'altered', '1|differs|10000' ])
{
	my ($question, $which, $answer) = @$_;
	my $call = sprintf $question, "pg_read_file('$folder/$which.json')";
	# A session of its own, which tells of itself at its end.
	my ($answered, $time, $memory) = $node->safe_psql('many', "SELECT count(*), min(verdict), min(errors) FROM schemaver.$call;
		SELECT pg_read_file('/proc/self/stat'); SELECT pg_read_file('/proc/self/status')") =~ /\A(.*)\n\d+ \(.*\) ((?:\S+ ){13}).*^VmHWM:\s+(\d+) kB/ms;
	is($answered, $answer, "10,000 tables, $which: $question");
	my ($user, $system) = (split ' ', $time)[11, 12];
	my $seconds = ($user + $system) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
	cmp_ok($seconds, '<', 5 * ($ENV{SCHEMAVER_PATIENCE} // 1), "10,000 tables, $which: $question in $seconds s");
	cmp_ok($memory, '<', 500_000_000 / 1024, "10,000 tables, $which: $question in $memory kB");
}

unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|TRAP:/, 'the log knows of no crash');
$node->stop;
done_testing();
