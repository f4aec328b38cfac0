# shellcheck shell=bash
# How the demo talks: narration, commands with their real output, and expectations that end it when they fail.
# Sourced by test/demo/run. For example:
#
#     say 'One row for each transaction:'
#     sql migrator residency <<< 'SELECT count(*) FROM schemaver.log;'
#     expect 'commits in the ledger' 18 "$(value residency 'SELECT count(*) FROM schemaver.log')"

checks=0
output=   # what the last sql or shell printed
checks_follow_output=no

headline() {
    printf '\n%s\n%s\n' "$1" "${1//?/=}"
}

say() {
    printf '\n'
    fmt -w 110 -g 108 <<< "$*"
}

# sql USER DATABASE < STATEMENTS: shows them as they look at psql's prompt, then what they print.
sql() {
    local user=$1 database=$2 statements mark='>'
    [ "$user" = migrator ] || mark='#'
    statements=$(cat)
    printf '\n'
    awk -v database="$database" -v mark="$mark" '
        { print database (inside ? "-" : "=") mark " " $0; inside = !/;$|\\gexec$|\\gset$/ && !/^\\/ }
        $1 == "\\connect" { database = $2 }' <<< "$statements"
    if ! output=$(psql -X -q -U "$user" -d "$database" -v ON_ERROR_STOP="${STOP_ON_ERROR-1}" \
            -P pager=off -P format=wrapped -P columns=118 -P null='(null)' -f - <<< "$statements" 2>&1); then
        printf '%s\n\ndemo: psql failed\n' "$output"
        exit 1
    fi
    # psql names the place of a statement that came by a pipe; nobody who reads along needs it.
    output=$(sed 's/^psql:<stdin>:[0-9]*: //' <<< "$output")
    [ -z "$output" ] || printf '%s\n' "$output"
    checks_follow_output=yes
}

# shell COMMAND: shows a shell command, then what it prints.
shell() {
    printf '\n$ %s\n' "$1"
    if ! output=$(bash -o pipefail -c "$1" 2>&1); then
        printf '%s\n\ndemo: the command failed\n' "$output"
        exit 1
    fi
    [ -z "$output" ] || printf '%s\n' "$output"
    checks_follow_output=yes
}

# value DATABASE STATEMENTS: the bare values, for an expectation.
value() {
    psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -f - <<< "$2"
}

# expect WHAT EXPECTED ACTUAL. Nothing is never what is expected: two queries that both failed are not equal.
expect() {
    [[ -n $2 && $2 == "$3" ]] || failed "$1" "$2" "$3"
    passed "$1"
}

# expect_like WHAT PATTERN ACTUAL: some line of ACTUAL must match the extended regular expression.
expect_like() {
    grep -Eq -- "$2" <<< "$3" || failed "$1" "a line like: $2" "$3"
    passed "$1"
}

passed() {
    checks=$((checks + 1))
    [ "$checks_follow_output" = no ] || printf '\n'
    checks_follow_output=no
    printf '  [ok] %s\n' "$1"
}

failed() {
    printf '\n  [FAILED] %s\n' "$1"
    printf '    expected:\n%s\n    got:\n%s\n' "$2" "$3" | sed '/^    /!s/^/        /'
    exit 1
}
