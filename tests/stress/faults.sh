# Sourced by scripts that let calls of a program fail: PROGRAM SHIM [CALLS-OF-EACH]. The
# script defines fault CALL N FOREVER …, which returns 1 if there are not so many calls.
program=$(realpath "$1")
shim=$(realpath "$2")
most=${3:-8}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
nfaults=0
nfailed=0

die() {
    echo "not ok: $1"
    [ ! -s stderr ] || cat stderr
    exit 1
}

# with_fault CALL N FOREVER COMMAND…: its exit status; the file mark, if a call failed.
with_fault() {
    local call=$1 n=$2 forever=$3
    shift 3
    rm -f mark
    env LD_PRELOAD="$shim" FAULT_CALL="$call" FAULT_AT="$n" FAULT_MARK="$work/mark" \
        ${forever:+FAULT_ON=1} "$@" >stdout 2>stderr
}

# faults CALL FOREVER …: all of the first calls, then ever fewer, unless all were asked
# for.
faults() {
    local call=$1 forever=$2 n=1
    shift 2
    while [ "$most" -eq 0 ] || [ "$n" -le "$((1 << most))" ]; do
        fault "$call" "$n" "$forever" "$@" || break
        n=$((most == 0 || n < 4 ? n + 1 : n * 2))
    done
}
