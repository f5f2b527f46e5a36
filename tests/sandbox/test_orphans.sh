#!/usr/bin/env bash
# However the program ends, none of its processes stays behind.
# usage: see CMakeLists.txt
source "$(dirname "$0")/lib.sh" "$@"
mkdir "$tmp/work" "$tmp/pictures"
"$canary" "$tmp/pictures" "$tmp/needles" || exit 1

all_gone() { # PID…
    local i one alive
    for i in $(seq 50); do
        alive=
        for one in "$@"; do
            # A zombie is none of ours; it waits for whoever is its parent now.
            grep -q '^State:.*[RSDTt] (' "/proc/$one/status" 2>/dev/null && alive+=" $one"
        done
        [ -z "$alive" ] && return 0
        sleep 0.1
    done
    echo "still there:$alive"
    return 1
}

for signal in KILL SEGV TERM; do
    for workers in single-use persistent; do
        start_waiting -- --workers "$workers" "$tmp/pictures"
        settle
        processes=$(family "$pid")
        check "$workers: there are workers" test "$(wc -w <<<"$processes")" -ge 5
        kill -"$signal" "$pid"
        exec 5>&-
        wait "$pid" 2>/dev/null
        # shellcheck disable=SC2086
        check "$workers: none is left after SIG$signal" all_gone $processes
    done
done
exit $((failures > 0))
