# For the scripts beside it: the programs, a folder to work in, and checks.
set -u
program=$1 worker=$2 leaky=$3 find=$4 canary=$5
tmp=$(mktemp -d)
failures=0
trap 'end_all; rm -rf "$tmp"' EXIT
jobs_started=()

check() { # DESCRIPTION COMMAND…
    local what=$1
    shift
    if "$@" >"$tmp/check.log" 2>&1; then
        echo "ok: $what"
    else
        echo "not ok: $what"
        head -n 20 "$tmp/check.log"
        failures=$((failures + 1))
    fi
}

end_all() {
    local pid
    for pid in "${jobs_started[@]}"; do
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
}

# All processes under one, itself first.
family() { # PID
    local child
    echo "$1"
    for child in $(pgrep -P "$1"); do
        family "$child"
    done
}

# Starts hashing the pictures and then standard input, which stays open on descriptor 5:
# the program waits there with all its processes. Sets pid.
start_waiting() { # ENVIRONMENT… -- OPTION… PATH…
    local environment=()
    while [ "$1" != -- ]; do
        environment+=("$1")
        shift
    done
    shift
    rm -f "$tmp/fifo"
    mkfifo "$tmp/fifo"
    : >"$tmp/waiting.out"
    (
        cd "$tmp/work" || exit 1
        exec env "${environment[@]}" "$program" hash "$@" - \
            <"$tmp/fifo" >"$tmp/waiting.out" 2>"$tmp/waiting.err"
    ) &
    pid=$!
    jobs_started+=("$pid")
    exec 5>"$tmp/fifo"
}

# Until the waiting program has no more to say: its lines are in the pipe of a buffer
# that is written when it ends, so its processor time must stand still.
settle() {
    local before=-1 now=0 i
    for i in $(seq 100); do
        now=$(awk '{print $14 + $15}' "/proc/$pid/stat" 2>/dev/null)
        [ "$now" = "$before" ] && [ "$i" -gt 5 ] && return
        before=$now
        sleep 0.2
    done
}
