# Every change of the schema changes the fingerprint, and nothing else does.
#
# test/sensitivity/*.cases hold one DDL change each, with its reverse and the objects that differ in between:
#
#     column renamed
#     + ALTER TABLE app.people RENAME notes TO remarks
#     - ALTER TABLE app.people RENAME remarks TO notes
#     = table app.people
#
# Whether a change is one is not our opinion but that of pg_dump -s, before and after (for cluster.cases:
# pg_dumpall -g, and pg_dump --create of a database). A case may say more in further lines:
#
#     versions: 16-                  from this major version on (16-17: up to, too)
#     nothing changes: why           neither pg_dump nor we see anything
#     seen only by us: why           pg_dump leaves it out
#     seen only by pg_dump: why
#
# And no change escapes the ledger, where the library is preloaded: after each, and at the end of a file, what the commits add
# up to is what the catalogs hold. Only where a case writes into a catalog itself there is nothing to be recorded.
#
# All changes happen in one session; its fingerprint is each time compared with that of a fresh one.
#
# SCHEMAVER_CASES=regex runs those whose "file: name" match. With SCHEMAVER_RECORD=FOLDER the files are written
# there with the objects that did change, to be looked through and taken over.
use strict;
use warnings;
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = dirname(__FILE__) . '/../sensitivity';
my $wanted = $ENV{SCHEMAVER_CASES} || '.';
my $remark = join '|', 'versions', 'nothing changes', 'seen only by us', 'seen only by pg_dump';

# A psql that stays.
{
	package Session;

	sub new
	{
		my ($class, $node, $database) = @_;
		my $self = bless { in => '', out => '', err => '', number => 0 }, $class;
		$self->{timeout} = IPC::Run::timeout(120);
		$self->{psql} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr($database) ],
			'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err}, $self->{timeout});
		return $self;
	}

	# What the statements gave, and their errors.
	sub run
	{
		my ($self, $sql) = @_;
		my $end = 'end of ' . ++$self->{number};
		$self->{timeout}->start(120);
		$self->{in} .= "$sql\n\\echo $end\n\\warn $end\n";
		my $ended = qr/^\Q$end\E\n\z/m;
		$self->{psql}->pump until $self->{out} =~ $ended && $self->{err} =~ $ended;
		my @result = map { s/$ended//r } @$self{ 'out', 'err' };
		@$self{ 'out', 'err' } = ('', '');
		return @result;
	}

	sub value
	{
		my ($self, $sql) = @_;
		my ($out, $err) = $self->run($sql);
		die "$sql\n$err" if $err ne '';
		chomp $out;
		return $out;
	}

	sub end
	{
		my ($self) = @_;
		$self->{in} .= "\\q\n";
		return $self->{psql}->finish;
	}
}

# The paragraphs of a file, each as a case; a line that begins with spaces goes on with the one before.
sub cases_of
{
	my ($file) = @_;
	my @cases;
	for my $paragraph (split /\n{2,}/, slurp_file($file))
	{
		$paragraph =~ s/^#.*\n?//mg;
		$paragraph =~ s/\n[ \t]+/ /g;
		next if $paragraph !~ /\S/;
		my %case = (file => basename($file, '.cases'), '+' => '', '-' => '', '=' => []);
		for my $line (split /\n/, $paragraph)
		{
			if (!defined $case{name}) { $case{name} = $line }
			elsif ($line =~ /^([+-]) (.*)/) { $case{$1} .= "$2;\n" }
			elsif ($line =~ /^= (.*)/) { push @{ $case{'='} }, $1 }
			elsif ($line =~ /^($remark): (.+)/) { $case{$1} = $2 }
			else { die "$file: what is this line? $line" }
		}
		die "$file: not a case:\n$paragraph" if !defined $case{name} || $case{'+'} eq '' || $case{'-'} eq '';
		push @cases, \%case;
	}
	return @cases;
}

sub runs_on
{
	my ($case, $version) = @_;
	my ($from, $to) = ($case->{versions} // '0-') =~ /^(\d+)-(\d*)$/ or die "$case->{name}: versions: $case->{versions}?";
	return $version >= $from && ($to eq '' || $version <= $to);
}

# What is to be seen now: the oracle's text, the fingerprint, and our digests by object.
sub look
{
	my ($scope) = @_;
	my @dumps = map { { command => $_, text => '', error => '' } } @{ $scope->{oracle} };
	$_->{run} = IPC::Run::start($_->{command}, '>', \$_->{text}, '2>', \$_->{error}) for @dumps;
	my $fingerprint = $scope->{session}->value($scope->{fingerprint});
	my $digests = { $scope->{session}->value($scope->{objects}) =~ /^(.*)\t(.*)$/mg };
	$_->{run}->finish || die "$_->{command}[0] failed: $_->{error}" for @dumps;
	# Without a token against injection and the server's exact version.
	my $text = join '', map { $_->{text} } @dumps;
	$text =~ s/^(\\(un)?restrict |-- Dumped ).*\n//mg;
	return { dump => $text, digests => $digests, fingerprint => $fingerprint };
}

# The state after the reverse: where the fingerprint has come back it is the one before, which saves a dump. If it is
# not, for pg_dump, the next case or the end of the file tells; a case that only pg_dump sees, at once.
sub look_back
{
	my ($scope, $case, $before) = @_;
	return look($scope) if $case->{'seen only by pg_dump'};
	return $before if $before->{fingerprint} eq $scope->{session}->value($scope->{fingerprint});
	return look($scope);
}

sub fresh_fingerprint
{
	my ($scope) = @_;
	return $scope->{fresh}->value("\\c\nSET client_min_messages = error;\n$scope->{fingerprint}");
}

# The objects whose digests differ, sorted.
sub changed_objects
{
	my ($before, $after) = @_;
	my ($old, $new) = ($before->{digests}, $after->{digests});
	my %all = (%$old, %$new);
	return grep { ($old->{$_} // '') ne ($new->{$_} // '') } sort keys %all;
}

# Objects that the commits do not add up to; `digests`: those in the catalogs.
sub not_in_ledger
{
	my ($scope, $case, $digests) = @_;
	return () if !$scope->{ledger} || "$case->{'+'}$case->{'-'}" =~ /(UPDATE|INSERT INTO|DELETE FROM) pg_catalog\./;
	my $head = { $scope->{session}->value($scope->{ledger}) =~ /^(.*)\t(.*)$/mg };
	return changed_objects({ digests => $head }, { digests => $digests });
}

# The lines that differ, the first of them, to show what the dump says.
sub first_differences
{
	my ($before, $after) = @_;
	my %seen = map { $_ => 1 } split /\n/, $before->{dump};
	my @new = grep { !$seen{$_}++ } split /\n/, $after->{dump};
	%seen = map { $_ => 1 } split /\n/, $after->{dump};
	my @gone = grep { !$seen{$_}++ } split /\n/, $before->{dump};
	splice @new, 8 if @new > 8;
	splice @gone, 8 if @gone > 8;
	return join "\n", (map { "    -$_" } @gone), (map { "    +$_" } @new);
}

# What is wrong with this case; the state after the reverse.
sub run_case
{
	my ($scope, $case, $before) = @_;
	my @wrong;
	my $error = ($scope->{session}->run($case->{'+'}))[1];
	push @wrong, "the change failed: $error" if $error ne '';
	my $after = look($scope);
	my @escaped = not_in_ledger($scope, $case, $after->{digests});
	push @wrong, 'the change, or the reverse before it, escapes the ledger: ' . join(', ', @escaped) if @escaped;
	push @wrong, 'a fresh session has another fingerprint' if $after->{fingerprint} ne fresh_fingerprint($scope);
	$error = ($scope->{session}->run($case->{'-'}))[1];
	push @wrong, "the reverse failed: $error" if $error ne '';
	my $undone = look_back($scope, $case, $before);

	my $pg_dump_sees = $before->{dump} ne $after->{dump};
	my $we_see = $before->{fingerprint} ne $after->{fingerprint};
	my $what_pg_dump_sees = first_differences($before, $after);
	my @changed = changed_objects($before, $after);
	my @expected = sort @{ $case->{'='} };
	$case->{changed} = \@changed;
	if ($case->{'nothing changes'})
	{
		push @wrong, "pg_dump sees a change:\n$what_pg_dump_sees" if $pg_dump_sees;
		push @wrong, 'the fingerprint changed' if $we_see;
	}
	elsif ($case->{'seen only by us'})
	{
		push @wrong, "pg_dump does see it:\n$what_pg_dump_sees" if $pg_dump_sees;
		push @wrong, 'the fingerprint is the same' if !$we_see;
	}
	elsif ($case->{'seen only by pg_dump'})
	{
		push @wrong, 'pg_dump does not see it' if !$pg_dump_sees;
		push @wrong, 'the fingerprint changed' if $we_see;
	}
	else
	{
		push @wrong, 'pg_dump sees no change, ' . ($we_see ? 'we do: the case must say why' : 'nor do we')
			if !$pg_dump_sees;
		push @wrong, "pg_dump sees a change, the fingerprint does not:\n$what_pg_dump_sees" if $pg_dump_sees && !$we_see;
	}
	push @wrong, "changed objects\n" . join("\n", map { "    = $_" } @changed) . "\n  and not\n" . join("\n", map { "    = $_" } @expected)
		if "@changed" ne "@expected";
	push @wrong, "the reverse does not undo it:\n" . first_differences($before, $undone)
		if $before->{dump} ne $undone->{dump};
	push @wrong, 'the fingerprint did not come back: ' . join(', ', changed_objects($before, $undone))
		if $before->{fingerprint} ne $undone->{fingerprint};
	return ($undone, @wrong);
}

# The file as it is, with the objects that did change.
sub record
{
	my ($to, $file, @cases) = @_;
	my %changed = map { $_->{name} => $_->{changed} } @cases;
	my @paragraphs;
	for my $paragraph (split /\n{2,}/, slurp_file($file) =~ s/\s+\z//r)
	{
		my ($name) = grep { !/^#/ } split /\n/, $paragraph;
		my $objects = defined $name && $changed{$name};
		if ($objects)
		{
			$paragraph = join "\n", grep { !/^= / } split /\n/, $paragraph;
			my $lines = join '', map { "\n= $_" } @$objects;
			$paragraph =~ s/((?:^[+-] .*\n?(?:^[ \t].*\n?)*)+)/$1 =~ s{\n?\z}{}r . $lines . "\n"/me;
			$paragraph =~ s/\s+\z//;
		}
		push @paragraphs, $paragraph;
	}
	make_path($to);
	open my $out, '>', "$to/" . basename($file) or die $!;
	print $out join("\n\n", @paragraphs), "\n";
	return close $out;
}

my $node = PostgreSQL::Test::Cluster->new('sensitivity');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'schemaver'\nfsync = off\nallow_in_place_tablespaces = on\n");
$node->start;
my ($version) = $node->safe_psql('postgres', 'SHOW server_version_num') =~ /^(\d+)\d{4}$/;
$node->safe_psql('postgres', 'CREATE DATABASE everything TEMPLATE template0; CREATE DATABASE settings TEMPLATE template0');
$node->safe_psql('everything', 'CREATE EXTENSION schemaver');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('everything'), '-f', "$folder/everything.sql", '-o', '/dev/null' ],
	'a database with one of everything');

is($node->safe_psql('everything', "SELECT catalog || ': ' || kind || ' ' || identity FROM schemaver.unmodelled() ORDER BY 1"),
	'', 'nothing of it is unmodelled');

my $schema_scope = {
	session => Session->new($node, 'everything'),
	fresh => Session->new($node, 'everything'),
	oracle => [ [ 'pg_dump', '-s', '-d', $node->connstr('everything') ] ],
	objects => "SELECT kind || ' ' || identity || E'\\t' || digest FROM schemaver.objects();",
	ledger => "SELECT kind || ' ' || identity || E'\\t' || digest FROM schemaver.objects('head');",
	fingerprint => 'SELECT schemaver.fingerprint();' };
my $cluster_scope = {
	%$schema_scope,
	ledger => undef,
	oracle => [
		[ 'pg_dumpall', '-g', '--no-role-passwords', '-d', $node->connstr('postgres') ],
		[ 'pg_dump', '-s', '--create', '-d', $node->connstr('settings') ] ],
	objects => "SELECT kind || ' ' || identity || E'\\t' || digest FROM schemaver.objects(scope => 'cluster');",
	fingerprint => "SELECT schemaver.fingerprint(scope => 'cluster');" };
$schema_scope->{session}->run('SET client_min_messages = error;');

my (%count, @lists);
my $started = time;
for my $file (sort glob "$folder/*.cases")
{
	my $scope = basename($file) eq 'cluster.cases' ? $cluster_scope : $schema_scope;
	my @cases = grep { runs_on($_, $version) && "$_->{file}: $_->{name}" =~ /$wanted/ } cases_of($file);
	my $state = @cases ? look($scope) : undef;
	for my $case (@cases)
	{
		($state, my @wrong) = run_case($scope, $case, $state);
		ok(!@wrong, "$case->{file}: $case->{name}") or diag join "\n", map { "  $_" } @wrong;
		$count{ $case->{'nothing changes'} ? 'no change' : 'changes' }++;
		for my $kind ('seen only by us', 'seen only by pg_dump')
		{
			push @lists, "$kind: $case->{file}: $case->{name}: $case->{$kind}" if $case->{$kind};
		}
	}
	if (@cases)
	{
		my $end = look($scope);
		is($end->{dump}, $state->{dump}, basename($file, '.cases') . ': all of it is undone, for pg_dump too');
		is(join(', ', not_in_ledger($scope, { '+' => '', '-' => '' }, $end->{digests})), '', basename($file, '.cases') . ': the ledger has it');
	}
	record($ENV{SCHEMAVER_RECORD}, $file, @cases) if $ENV{SCHEMAVER_RECORD};
}
diag join "\n", sort @lists if @lists;
diag sprintf '%d changes, %d that are none, in %d s', $count{changes} // 0, $count{'no change'} // 0, time - $started;
cmp_ok($count{changes}, '>=', 400, 'at least 400 changes') if $wanted eq '.';

$schema_scope->{$_}->end for 'session', 'fresh';
$node->stop;
done_testing();
