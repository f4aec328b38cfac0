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
