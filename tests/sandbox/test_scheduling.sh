#!/usr/bin/env bash
# Who gets the next worker ready does not interrupt whoever decodes.
# usage: see CMakeLists.txt
source "$(dirname "$0")/lib.sh" "$@"
mkdir "$tmp/work" "$tmp/pictures"
"$canary" "$tmp/pictures" "$tmp/needles" || exit 1

# Policies of the scheduler, as proc(5) numbers them: 0 other, 3 batch, 5 idle.
policies() { # PID…
    local one
    for one in "$@"; do
        sed 's/.*) //' "/proc/$one/stat" | cut -d ' ' -f 39
    done | sort | uniq -c | awk '{printf "%s×%s ", $1, $2}'
}

expect_policies() { # POLICIES LEVEL
    local found
    found=$(policies $(for zygote in $(pgrep -P "$pid"); do
        [ "$2" = zygotes ] && echo "$zygote" || pgrep -P "$zygote"
    done))
    echo "$2: $found"
    [[ "$found" =~ ^[0-9]+×$1\ $ ]]
}

start_waiting chrt --other 0 -- "$tmp/pictures"
settle
check "zygotes do not interrupt whoever decodes" expect_policies 3 zygotes
check "workers are as the program is" expect_policies 0 workers
exec 5>&-
wait "$pid"

start_waiting chrt --idle 0 -- "$tmp/pictures"
settle
check "a policy chosen for the program is that of its zygotes" expect_policies 5 zygotes
check "and of its workers" expect_policies 5 workers
exec 5>&-
exit $((failures > 0))
