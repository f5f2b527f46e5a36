# shellcheck shell=bash
# What all command line tests share; to be sourced by bash. Arguments of every test:
# the program and the folder with the test pictures.
set -u
program=$1
pictures=$2/images

unset KNOWNIMAGE_INDEX XDG_DATA_HOME POSIXLY_CORRECT
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home
mkdir "$work/home" "$work/here"
cd "$work/here" || exit 1
nfailed=0

fail() {
    nfailed=$((nfailed + 1))
    printf 'not ok: %s\n' "$title"
    printf '  %s\n' "$@"
}

# run TITLE STATUS COMMAND…: runs it and checks the exit status. stdin is empty unless
# $stdin names a file. stdout and stderr are left in files.
run() {
    title=$1
    local expected=$2 status=0
    shift 2
    "$@" >"$work/stdout" 2>"$work/stderr" <"${stdin:-/dev/null}" || status=$?
    if [ "$status" -ne "$expected" ]; then
        fail "status $status, expected $expected" "$(cat "$work/stderr")"
    elif grep -q -e 'Sanitizer' -e 'runtime error:' "$work/stderr"; then
        fail "$(cat "$work/stderr")"
    else
        printf 'ok: %s\n' "$title"
    fi
}

# ki TITLE STATUS ARGUMENT…: the same, with the program.
ki() {
    local ki_title=$1 ki_status=$2
    shift 2
    run "$ki_title" "$ki_status" "$program" "$@"
}

# stdout_is TEXT, stderr_is TEXT: exactly these lines. Times are taken for 0.
stdout_is() {
    sed 's/"elapsed_us":[0-9]*/"elapsed_us":0/' "$work/stdout" >"$work/stdout.0"
    printf '%s' "${1:+$1
}" >"$work/expected"
    cmp -s "$work/expected" "$work/stdout.0" || {
        fail "stdout is not as expected:"
        diff "$work/expected" "$work/stdout.0" | cat -v
    }
}

stderr_is() {
    printf '%s' "${1:+$1
}" >"$work/expected"
    cmp -s "$work/expected" "$work/stderr" || {
        fail "stderr is not as expected:"
        diff "$work/expected" "$work/stderr" | cat -v
    }
}

stdout_has() {
    grep -q -F -e "$1" "$work/stdout" || fail "stdout lacks: $1" "$(cat "$work/stdout")"
}

stdout_lacks() {
    ! grep -q -F -e "$1" "$work/stdout" || fail "stdout has: $1"
}

stderr_has() {
    grep -q -F -e "$1" "$work/stderr" || fail "stderr lacks: $1" "$(cat "$work/stderr")"
}

# The value of a key in the first line of stdout.
value_of() {
    sed -n "1s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p" "$work/stdout"
}

# hash_of FILE KIND
hash_of() {
    "$program" hash "$1" | sed -n "s/.*\"$2\":\"\\([0-9a-f]*\\)\".*/\\1/p"
}

finish() {
    if [ "$nfailed" -gt 0 ]; then
        printf '%d checks failed\n' "$nfailed"
        exit 1
    fi
    exit 0
}
