#!/usr/bin/env bash
# Zero content: of pictures that carry needles, in the file and in their decoded rows
# only, no needle leaves the processes by a system call, stays in memory, comes to disk
# or into a core file. A worker that leaks must be caught by the same checks.
# usage: see CMakeLists.txt
source "$(dirname "$0")/lib.sh" "$@"
mkdir "$tmp/work" "$tmp/pictures" "$tmp/leaks"
"$canary" "$tmp/pictures" "$tmp/needles" || exit 1
export HOME=$tmp/work TMPDIR=$tmp/work KNOWNIMAGE_INDEX=$tmp/index

# find_in_memory: 0 found, 1 nothing, 2 could not look.
has_none() {
    "$find" "$tmp/needles" "$@"
    test $? -eq 1
}
has_some() {
    "$find" "$tmp/needles" "$@"
    test $? -eq 0
}

"$program" list add test >/dev/null
printf '%s,0\n' "$(printf 'a%.0s' {1..64})" >"$tmp/list.csv"
"$program" list import test "$tmp/list.csv" --kind pdq >/dev/null 2>&1
check "the file holds one needle, and not the other" bash -c "
    '$find' '$tmp/needles' '$tmp/pictures/canary.png' | grep 'needle 0' &&
    ! '$find' '$tmp/needles' '$tmp/pictures/canary.png' | grep 'needle 1'"

# --- system calls
writes=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice
writes+=,vmsplice,tee,copy_file_range,process_vm_writev,msgsnd,mq_timedsend
writes+=,io_uring_enter,ptrace
trace() { # LOG COMMAND…
    local log=$1
    shift
    (cd "$tmp/work" &&
        strace -f -xx -s 8388608 -e trace="$writes" -o "$log" "$program" "$@" \
            >"$tmp/trace.out" 2>"$tmp/trace.err")
}
as_traced() { # a needle as strace -xx prints it
    sed -E 's/../\\x&/g' <<<"$1"
}
log_has() {
    local needle
    while read -r needle; do
        grep -F -q -- "$(as_traced "$needle")" "$1" && return 0
    done <"$tmp/needles"
    return 1
}
log_has_none() {
    ! log_has "$1"
}

sanitized=$(nm "$program" | grep -c __asan_init)
if [ "$sanitized" -eq 0 ] && strace -o /dev/null true 2>/dev/null; then
    for workers in single-use persistent; do
        for command in scan hash; do
            trace "$tmp/log" "$command" --workers "$workers" "$tmp/pictures"
            check "$command, $workers: both pictures were decoded" \
                test "$(grep -c '"width":240' "$tmp/trace.out")" -eq 2
            check "$command, $workers: there are writes to look at" grep -q write "$tmp/log"
            check "$command, $workers: none carries a needle" log_has_none "$tmp/log"
        done
    done
    KNOWNIMAGE_WORKER=$leaky trace "$tmp/log" scan --unsafe-sandbox "$tmp/pictures"
    check "a worker that writes is caught" log_has "$tmp/log"
    check "its verdicts say that the sandbox is degraded" \
        test "$(grep -c '"sandbox":"degraded"' "$tmp/trace.out")" -eq 2
    rm -f "$tmp/work/leak.bin"
else
    echo "skipped: strace is not to be had here, or with sanitizers"
fi

# --- memory
for workers in single-use persistent; do
    start_waiting -- --workers "$workers" "$tmp/pictures"
    settle
    # shellcheck disable=SC2046
    check "memory, $workers: no process holds a needle" has_none $(family "$pid")
    exec 5>&-
    wait "$pid"
done
start_waiting "KNOWNIMAGE_WORKER=$leaky" -- --unsafe-sandbox --workers persistent \
    "$tmp/pictures"
settle
# shellcheck disable=SC2046
check "memory: a worker that keeps copies is caught" has_some $(family "$pid")
exec 5>&-
wait "$pid"
check "disk: a worker that writes a file is caught" has_some "$tmp/work/leak.bin"
rm -f "$tmp/work/leak.bin"

# --- core files: the input is half read when each process is made to crash
cores() {
    find "$tmp/work" -name 'core*'
}
crash_all() { # signals the workers first, then the zygotes, then the program
    local one
    for one in $(family "$pid" | tac); do
        kill -SEGV "$one" 2>/dev/null
    done
}
if [ "$sanitized" -eq 0 ] && [[ $(cat /proc/sys/kernel/core_pattern) = core* ]]; then
    ulimit -c unlimited
    for workers in single-use persistent; do
        start_waiting -- --workers "$workers" "$tmp/pictures"
        cat "$tmp/pictures/canary.png" >&5
        settle
        crash_all
        wait "$pid" 2>/dev/null
        exec 5>&-
        check "core, $workers: the program left one, its workers none" \
            test "$(cores | wc -l)" -eq 1
        # shellcheck disable=SC2046
        check "core, $workers: it holds no needle" has_none $(cores)
        find "$tmp/work" -name 'core*' -delete
    done
    start_waiting "KNOWNIMAGE_WORKER=$leaky" -- --unsafe-sandbox --workers persistent \
        "$tmp/pictures"
    settle
    caught=false
    for zygote in $(pgrep -P "$pid"); do # one of its two workers had the pictures
        for one in $(pgrep -P "$zygote"); do
            kill -SEGV "$one"
        done
        sleep 1
        # shellcheck disable=SC2046
        has_some $(cores) >/dev/null && caught=true
    done
    check "core: a worker that can be dumped is caught" $caught
    exec 5>&-
    wait "$pid"
    find "$tmp/work" -type f -delete
else
    echo "skipped: core files go elsewhere here"
fi

# --- disk
check "disk: nothing was written but what was asked for" \
    test -z "$(find "$tmp/work" -type f)"
exit $((failures > 0))
