# What the scripts of this folder share; to be sourced.

# as_server COMMAND...: runs it as a user that the server accepts. It refuses to run as root; everybody else is
# himself. server_user is that user's name.
server_user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    server_user=${SCHEMAVER_SERVER_USER:-postgres}
fi
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid="$server_user" --regid="$(id -g "$server_user")" --init-groups "$@"
    else
        "$@"
    fi
}

# copy_tree FROM TO: the project's files without what a build or git left there, and the corpus of real schemas
# that may lie beside it.
copy_tree() {
    mkdir -p "$2"
    tar -C "$1" --create --exclude-vcs --anchored --exclude=./build --exclude='./schemaver--*.sql' \
        --no-anchored --exclude='*.o' --exclude='*.d' --exclude='*.bc' --exclude='*.so' . | tar -C "$2" --extract
    if [ -d "$1/../shared/corpus" ]; then
        mkdir -p "$2/../shared"
        cp -rL --no-preserve=mode "$1/../shared/corpus" "$2/../shared/"
    fi
}

cache=${SCHEMAVER_CACHE:-/var/cache/schemaver}

# scratch_place: prints the folder that throwaway servers keep their data under: $SCHEMAVER_SCRATCH if that is set, else
# memory where there is plenty. On ext4 more than a third of a test run's time goes into finding inodes that were not
# deleted a moment ago.
scratch_place() {
    local kilobytes=8000000 try
    [ -z "${SCHEMAVER_SCRATCH:-}" ] || { echo "$SCHEMAVER_SCRATCH"; return; }
    if [ "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt "$kilobytes" ] 2>/dev/null &&
        [ "$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)" -gt "$kilobytes" ] &&
        try=$(mktemp /dev/shm/schemaver.XXXXXX 2>/dev/null); then
        # Not where nothing may be executed: the server and its libraries lie there too.
        printf '#!/bin/sh\n' >"$try" && chmod 755 "$try"
        if "$try" 2>/dev/null; then
            rm "$try"
            echo /dev/shm
            return
        fi
        rm "$try"
    fi
    echo /tmp
}

# postgres_source MAJOR: prints the folder with PostgreSQL's source as Debian packages it. It is downloaded once
# and kept in the cache. Needs test/install-packages asserts.
postgres_source() {
    local source=$cache/postgresql-$1-source
    if [ ! -d "$source" ]; then
        mkdir -p "$cache"
        (download_source "$1" "$source") >&2 || return
    fi
    echo "$source"
}

server_major() { "$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'; }

# regress_library: prints the folder with the functions in C that PostgreSQL's regression suite wants. The database
# that the suite leaves behind remembers it.
regress_library() {
    local library source
    library=$cache/postgresql-$(server_major)-regress
    source=$(postgres_source "$(server_major)")/src/test/regress || return
    if [ ! -e "$library/autoinc.so" ]; then
        mkdir -p "$library"
        cp "$source/regress.c" "$library"
        printf '%s\n' 'MODULES = regress' 'PGXS := $(shell $(PG_CONFIG) --pgxs)' 'include $(PGXS)' >"$library/Makefile"
        make --silent -C "$library" with_llvm=no >&2
        cp "$("$PG_CONFIG" --pkglibdir)"/{refint,autoinc}.so "$library"
    fi
    echo "$library"
}

# apt with the machine's own sources, asked for source packages, and with lists of its own: the machine's
# configuration stays as it is. The newest version that can be had is taken: an index can name one whose files
# have gone from the mirror.
download_source() {
    local package=postgresql-$1 target=$2 apt version file
    apt=$(mktemp -d /tmp/schemaver-source.XXXXXX)
    trap "rm -rf '$apt'" EXIT
    chmod 755 "$apt"
    mkdir -p "$apt"/{parts,lists/partial,cache/archives/partial,source}
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$file" ] || sed -n 's/^deb /deb-src /p' "$file" >"$apt/parts/$(basename "$file")"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/parts/$(basename "$file")"
    done
    local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts"
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" --quiet=2 update || return
    cd "$apt/source" || return
    for version in $(apt-cache "${options[@]}" showsrc "$package" | sed -n 's/^Version: //p' |
        sort --version-sort --reverse --unique); do
        echo "Downloading the source of $package $version"
        if apt-get "${options[@]}" --quiet=2 --download-only source "$package=$version"; then
            rm -rf "$target.new"
            dpkg-source --no-check --extract ./*.dsc "$target.new" >/dev/null && mv "$target.new" "$target"
            return
        fi
        rm -f ./*
    done
    echo "No source package of $package could be downloaded." >&2
    return 1
}

# save_objects DATABASE FILE: every object of the database as a line of JSON: kind, identity, digest, and the
# definition that the ledger has (describe() would read the whole schema for each). For test/compare-objects.
save_objects() {
    psql -X -q -At -v ON_ERROR_STOP=1 -d "$1" -o "$2" <<'SQL'
SET client_min_messages = error;
SELECT json_build_array(o.kind, o.identity, o.digest, d.document::json)
FROM schemaver.objects() AS o
LEFT JOIN (SELECT DISTINCT ON (kind, identity) kind, identity, digest_after FROM schemaver.changes
           ORDER BY kind, identity, commit DESC, number DESC) AS c USING (kind, identity)
LEFT JOIN (SELECT DISTINCT ON (digest) digest, document FROM schemaver.definition) AS d
  ON d.digest = decode(c.digest_after, 'hex')
UNION ALL SELECT json_build_array('unmodelled ' || kind, identity, '', NULL) FROM schemaver.unmodelled();
SQL
}

# sum_of_results FILE...: one line `N passed, N failed` for the last such line of each file; a file without one
# is a part that did not run to its end, and counts as failed.
sum_of_results() {
    local file line passed=0 failed=0 skipped=0
    for file in "$@"; do
        line=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$file" | tail -n 1)
        [[ ${line:-0 passed, 1 failed} =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
        skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
    done
    print_result "$passed" "$failed" "$skipped"
}

print_result() {
    if [ "$3" -gt 0 ]; then
        echo "$1 passed, $2 failed, $3 skipped"
    else
        echo "$1 passed, $2 failed"
    fi
}
