#!/usr/bin/env bash
# Builds the fuzz targets and runs each for some time: executions, executions a second,
# coverage and findings of each on stdout. Corpora are kept, minimised, in
# build/fuzz-corpora; what made a target fail in build/fuzz-findings.
# usage: tools/dev/fuzz.sh [--ledger] [SECONDS [TARGET…]]   60 seconds, all targets
#   --ledger  adds a row for each to tests/fuzz/LEDGER.md
# Exit status: 0 nothing was found, 1 something was, 64 usage.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
ledger=
if [ "${1:-}" = --ledger ]; then
    ledger=tests/fuzz/LEDGER.md
    shift
fi
seconds=${1:-60}
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || {
    sed -n '5,7s/^# //p' "$0" >&2
    exit 64
}
all_targets=(tests/fuzz/fuzz_*.c)
all_targets=("${all_targets[@]/#*fuzz_/}")
all_targets=("${all_targets[@]/%.c/}")
targets=("${@:2}")
if [ "${#targets[@]}" -eq 0 ]; then
    for target in "${all_targets[@]}"; do
        [[ "$target" == *_mutator ]] || targets+=("$target")
    done
fi

build() {
    local log=build/fuzz-build.log
    mkdir -p build
    if ! { cmake --preset fuzz && cmake --build build/fuzz --target \
        "${targets[@]/#/fuzz_}" knownimage knownimage-corpus make_bombs; } \
        >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
}

statistic() { # NAME LOG
    awk -v name="stat::$1:" '$1 == name {print $2}' "$2"
}

# The inputs that are enough for the coverage of all.
minimise() { # PROGRAM CORPUS
    rm -rf "$2.new"
    mkdir -p "$2.new"
    if "$1" -merge=1 -close_fd_mask=1 -timeout=20 "$2.new" "$2" >/dev/null 2>&1; then
        rm -rf "$2"
        mv "$2.new" "$2"
    else
        rm -rf "$2.new"
    fi
}

# What is built, named before it is: commits made meanwhile are not what was run.
commit=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- engine tools tests/fuzz ':!tests/fuzz/LEDGER.md' || commit+=+

note_in_ledger() { # TARGET EXECUTIONS FINDINGS
    local row
    row="| $(date -u +%F) | $commit | $1 | $seconds | $2 | $3 |"
    # Below the last row of the first table.
    awk -v row="$row" '
        { lines[NR] = $0 }
        /^$/ && in_table { in_table = 0; exit_at = NR - 1 }
        /^\|---/ && !exit_at { in_table = 1 }
        END {
            for (i = 1; i <= NR; i++) {
                print lines[i]
                if (i == exit_at) print row
            }
        }' "$ledger" >"$ledger.new" && mv "$ledger.new" "$ledger"
}

fuzz() { # TARGET: 0 if nothing was found
    local target=$1 program=build/fuzz/tests/fuzz/fuzz_$1
    local corpus=build/fuzz-corpora/$1 findings=build/fuzz-findings/$1
    local log=build/fuzz-findings/$1.log dictionary options nfindings coverage
    mkdir -p "$corpus" "$findings" "build/fuzz-seeds/$target"
    local nbefore
    nbefore=$(find "$findings" -type f | wc -l)
    options=(-max_total_time="$seconds" -print_final_stats=1 -timeout=20
        -rss_limit_mb=2048 -max_len=4096 -close_fd_mask=1
        -artifact_prefix="$findings/")
    case $target in
    jpeg | png) options+=(-max_len=65536) ;;
    esac
    for dictionary in "tests/fuzz/dict/$target.dict" "tests/fuzz/dict/${target%%_*}.dict"; do
        if [ -f "$dictionary" ]; then
            options+=(-dict="$dictionary")
            break
        fi
    done
    "$program" "${options[@]}" "$corpus" "build/fuzz-seeds/$target" \
        "tests/fuzz/regress/$target" >"$log" 2>&1
    local failed=$?
    nfindings=$(($(find "$findings" -type f | wc -l) - nbefore))
    [ "$failed" -eq 0 ] || [ "$nfindings" -gt 0 ] || nfindings=1
    coverage=$(grep -aoE 'cov: [0-9]+' "$log" | tail -n 1 | cut -c 6-)
    minimise "$program" "$corpus"
    printf '%-18s %12s executions %8s/s  coverage %6s  corpus %5s  findings %s\n' \
        "$target" "$(statistic number_of_executed_units "$log")" \
        "$(statistic average_exec_per_sec "$log")" "$coverage" \
        "$(find "$corpus" -type f | wc -l)" "$nfindings"
    if [ -n "$ledger" ]; then
        note_in_ledger "$target" "$(statistic number_of_executed_units "$log")" \
            "$nfindings"
    fi
    if [ "$nfindings" -gt 0 ]; then
        grep -aE 'ERROR|SUMMARY|Test unit written' "$log" | head -n 5
        return 1
    fi
}

for target in "${targets[@]}"; do
    [[ " ${all_targets[*]} " == *" $target "* ]] || {
        echo "no target $target; targets: ${all_targets[*]}" >&2
        exit 64
    }
done
build
tests/fuzz/seeds.sh build/fuzz build/fuzz-seeds || exit 1
status=0
for target in "${targets[@]}"; do
    fuzz "$target" || status=1
done
exit "$status"
