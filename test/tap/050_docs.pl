# The documents tell the truth: every example in README.md and docs/ runs and prints what the page says, and the
# pages that list something (settings, errors, functions) list what there is.
#
# Each page gets a fresh database with the extension, and its examples run in one psql session, in order, as in a
# reader's. A block is run by the word behind its fence:
#     ```sql              statements that must succeed
#     ```sql error=SV001  a statement that must raise this SQLSTATE
#     ```sql until=17     statements whose output is another one on later servers: there they must succeed, and no more
#     ```text             right behind a block of statements: their output, without the command tags
#     ```psql             a session with prompts, and its output
#     ```sh run           a script for bash
# A statement in a table is run in its place as well, if it is the whole of a piece of code and ends with a semicolon:
#     | `alembic current` | `SELECT revision FROM schemaver.revisions();` |
# Pages that have no metadata of their own can use :'metadata', which is that of the page's database.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init;
$node->start;
# The pages' user, whoever runs the tests.
$node->safe_psql('postgres', <<'SQL');
SELECT 'CREATE ROLE postgres SUPERUSER LOGIN' WHERE to_regrole('postgres') IS NULL \gexec
SQL
my $scratch = PostgreSQL::Test::Utils::tempdir();

sub blocks_of
{
	my ($page) = @_;
	my (@blocks, $open);
	my $number = 0;
	for my $line (split /^/, slurp_file($page))
	{
		$number++;
		if ($line =~ /^```(\w*) ?(.*)$/ && !$open)
		{
			$open = { language => $1, attribute => $2, line => $number, text => '' };
		}
		elsif ($line =~ /^```$/ && $open)
		{
			if ($open->{language} eq 'text' && @blocks && $blocks[-1]{nothing_since})
			{
				$blocks[-1]{output} = $open->{text};
			}
			else
			{
				$open->{nothing_since} = 1;
				push @blocks, $open;
			}
			undef $open;
		}
		elsif ($open) { $open->{text} .= $line }
		elsif ($line =~ /^\|/ && (my @statements = $line =~ /`([^`]+;)`/g))
		{
			push @blocks, { language => 'sql', attribute => '', line => $number, text => join "\n", @statements, '' };
		}
		elsif ($line =~ /\S/ && @blocks) { $blocks[-1]{nothing_since} = 0 }
	}
	die "$page: a block that begins at line $open->{line} does not end" if $open;
	return grep { is_example($_) } @blocks;
}

sub is_example
{
	my ($block) = @_;
	return 1 if $block->{language} =~ /^p?sql$/;
	return $block->{language} eq 'sh' && $block->{attribute} eq 'run';
}

# What one block adds to the page's script. The markers frame its output.
sub script_of
{
	my ($block) = @_;
	my $text = $block->{text};
	if ($block->{language} eq 'psql')
	{
		my $session = $text;
		$text            = join "\n", ($session =~ /^\w+[=-]\*?# ?(.*)$/mg), '';
		$block->{output} = join '', grep { !/^\w+[=-]\*?# ?/ } split /^/, $session;
	}
	if ($block->{language} eq 'sh')
	{
		my $file = "$scratch/$block->{line}.sh";
		append_to_file($file, $text);
		$text = "\\! cd '$scratch' && bash -e -o pipefail $file || echo THE SCRIPT FAILED\n";
	}
	my $quiet = $block->{language} eq 'psql' ? 0 : 1;
	my $stops = $block->{language} eq 'sql' && $block->{attribute} !~ /^error=/ ? 1 : 0;
	return "\\set QUIET $quiet\n\\set ON_ERROR_STOP $stops\n\\set LAST_ERROR_SQLSTATE 00000\n\\echo BLOCK $block->{line}\n"
	  . $text
	  . "\\echo END $block->{line} :LAST_ERROR_SQLSTATE\n";
}

# Without what differs from run to run, and without what follows from that: the widths of columns.
sub masked
{
	my ($text) = @_;
	$text =~ s/sv1:[0-9a-f]{64}/<fingerprint>/g;
	$text =~ s/\b[0-9a-f]{64}\b/<digest>/g;
	$text =~ s/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/<uuid>/g;
	$text =~ s/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d/<time>/g;
	$text =~ s/\b20\d\d-\d\d-\d\d\b/<date>/g;
	$text =~ s/\b1[5-9]\.\d+ \([^)]*\)/<server>/g;
	$text =~ s/-{2,}/--/g;
	$text =~ s/[ \t]+/ /g;
	return join "\n", grep { /\S/ } map { s/^ | $//gr } split /\n/, $text;
}

sub run_examples
{
	my ($page) = @_;
	my @blocks = blocks_of($page);
	return unless @blocks;
	my $script = join '', map { script_of($_) } @blocks;
	$node->safe_psql('postgres', $_)
	  for 'DROP DATABASE IF EXISTS residency', 'DROP DATABASE IF EXISTS residency_test',
	  'CREATE DATABASE residency OWNER postgres TEMPLATE template0';
	$script = "CREATE EXTENSION schemaver;\nSELECT schemaver.backup_metadata() AS metadata \\gset\n$script"
	  unless $script =~ /^(?:(?!schemaver\.).)*CREATE EXTENSION schemaver/s;
	local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE PGAPPNAME)} =
	  ($node->host, $node->port, 'postgres', 'residency', 'psql');
	my $output = '';
	IPC::Run::run([ 'psql', '-X' ], '<', \$script, '>&', \$output);
	check_example($page, $_, $output) for @blocks;
}

sub check_example
{
	my ($page, $block, $all) = @_;
	my $name = "$page, line $block->{line}";
	my ($output, $state) = $all =~ /^BLOCK $block->{line}\n(.*?)^END $block->{line} (\w+)$/ms;
	my ($expected_state) = $block->{attribute} =~ /^error=(\w{5})$/;
	if (!defined $output || $output =~ /^THE SCRIPT FAILED$/m)
	{
		fail("$name runs");
		diag($all =~ /^BLOCK $block->{line}\n(.*)/ms ? $1 : 'an earlier block ended the session');
		return;
	}
	if ($block->{language} eq 'sql')
	{
		is($state, $expected_state // '00000', "$name " . ($expected_state ? "raises $expected_state" : 'runs'));
	}
	elsif ($block->{language} eq 'sh') { pass("$name runs") }
	if ($block->{attribute} =~ /^until=(\d+)$/ && $node->pg_version >= $1 + 1)
	{
		diag("$name: its output is that of servers until $1, and not compared");
		return;
	}
	is(masked($output), masked($block->{output}), "$name prints what the page shows") if defined $block->{output};
}

my @pages = ('README.md', sort glob 'docs/*.md');
cmp_ok(scalar @pages, '>', 1, 'there are pages');
run_examples($_) for @pages;

for my $page (@pages, 'CHANGELOG.md')
{
	my ($folder) = $page =~ m{^(.*/)};
	my @targets = grep { !/^https?:/ } slurp_file($page) =~ /\]\(([^)#]+)/g;
	is(join(' ', grep { !-e ($folder // '') . $_ } @targets), '', "$page links to what exists");
}

# What teams do by hand: each row names a call, which has been run above, or says that there is none.
my @by_hand = map { /^\|.*\| [1-5][-1-5, ]* \| (.*) \|$/ ? $1 : () } split /\n/, slurp_file('docs/migrations.md');
cmp_ok(scalar @by_hand, '>', 80, 'docs/migrations.md has what teams do by hand');
is(join("\n", grep { !/`[^`]+;`/ && !/^(Stays|Not replaced)/ } @by_hand),
	'', 'and a call for each, or says that it is not replaced');
is(join("\n", grep { /schemaver\./ } map { s/`[^`]+;`//gr } @by_hand), '', 'and no call that is not run');

# The lists
sub rows_in
{
	my ($page, $pattern) = @_;
	return join '', map { join('|', @$_) . "\n" } sort { $a->[0] cmp $b->[0] }
	  map { my @cells = /$pattern/; @cells ? [@cells] : () } split /\n/, slurp_file($page);
}

$node->safe_psql('postgres', 'CREATE EXTENSION schemaver');
is( rows_in('docs/settings.md', qr/^\| `(schemaver\.\w+)` \| `'?([^`']*)'?` \| (\w+) \|/),
	$node->safe_psql('postgres', <<'SQL') . "\n", 'docs/settings.md has the settings, with default and context');
LOAD 'schemaver';
SELECT name, boot_val, context FROM pg_settings WHERE name LIKE 'schemaver.%' ORDER BY name COLLATE "C"
SQL

is( rows_in('docs/lint.md', qr/^\| `([\w-]+)` \| (\w+) \| (yes|no) \| (.*) \|$/),
	$node->safe_psql('postgres', <<'SQL') . "\n", 'docs/lint.md has the rules, with severity, whether they scale, and what for');
SELECT rule, severity, CASE WHEN scales THEN 'yes' ELSE 'no' END, what FROM schemaver.lint_rules() ORDER BY rule COLLATE "C"
SQL

my %codes = map { $_ => 1 } slurp_file('src/core/error.hpp') =~ /"(SV\d{3})"/g;
is(rows_in('docs/errors.md', qr/^\| `(SV\d{3})` \|/), join('', map { "$_\n" } sort keys %codes),
	'docs/errors.md has the SQLSTATEs of class SV');

my $members = <<'SQL';
FROM pg_depend AS d JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'schemaver' AND d.deptype = 'e'
SQL
is($node->safe_psql('postgres', <<SQL), '', 'every function and view of the extension has a comment');
SELECT pg_describe_object(d.classid, d.objid, 0) $members
AND (d.classid = 'pg_proc'::regclass OR d.objid IN (SELECT oid FROM pg_class WHERE relkind = 'v'))
AND obj_description(d.objid, d.classid::regclass::text::name) IS NULL
SQL
is( rows_in('docs/reference.md', qr/^### (\w+(?:\(.*\))?)$/),
	$node->safe_psql('postgres', <<SQL) . "\n", 'docs/reference.md has every function and view, with its arguments');
SELECT name FROM (
  SELECT proname || '(' || COALESCE(array_to_string(ARRAY(
           SELECT a.name FROM unnest(p.proargnames) WITH ORDINALITY AS a(name, at)
           WHERE p.proargmodes IS NULL OR p.proargmodes[at] = 'i' ORDER BY at), ', '), '') || ')' AS name
  FROM pg_proc AS p WHERE oid IN (SELECT d.objid $members AND d.classid = 'pg_proc'::regclass)
  UNION ALL
  SELECT relname FROM pg_class WHERE relkind = 'v' AND oid IN (SELECT d.objid $members)) AS names
ORDER BY name COLLATE "C"
SQL

# META.json is the one place beside the control file that has to hold the version.
my $meta = decode_json(slurp_file('META.json'));
my ($version) = slurp_file('schemaver.control') =~ /^default_version\s*=\s*'(.*)'/m;
is($meta->{version}, $version, 'META.json has the version of schemaver.control');
is($meta->{provides}{schemaver}{version}, $version, 'and so has the extension that it provides');
ok(-e $meta->{provides}{schemaver}{file}, 'whose file exists');
is_deeply([ grep { !$meta->{$_} } qw(name abstract maintainer license provides version meta-spec) ],
	[], 'META.json has what the PGXN meta spec requires');
like($meta->{'meta-spec'}{version}, qr/^1\.0\.\d+$/, 'in version 1.0 of the spec');

$node->stop;
done_testing();
