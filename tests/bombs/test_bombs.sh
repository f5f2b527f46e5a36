#!/usr/bin/env bash
# Scans hostile files, each by itself: not examined for a reason that names its limit or
# fault, within 5.05 s and 768 MiB. Then ordinary pictures: none is taken for hostile.
# usage: test_bombs.sh [--all|--loose] KNOWNIMAGE CORPUS_PROGRAM MAKE_BOMBS
#   --all    also the files that are large or take seconds, and 2,000 pictures and more
#   --loose  for builds with sanitizers: without the bounds on time and memory
set -euo pipefail
all=
loose=
case $1 in
--all) all=1 && shift ;;
--loose) loose=1 && shift ;;
esac
knownimage=$1
corpus=$2
make_bombs=$3
most_ms=5050
most_kib=$((768 * 1024))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KNOWNIMAGE_INDEX=$work/index LC_ALL=C
failed=0

fail() {
    echo "not ok: $*"
    failed=$((failed + 1))
}

"$corpus" list --list-uniform 100 "$work/list" >/dev/null
"$knownimage" list add a >/dev/null
"$knownimage" list import --format pdq-text --kind pdq a "$work/list" >/dev/null

# The number of files and what the most costly ones took.
nfiles=0
slowest="0 none"
largest="0 none"

# On a machine that others use as well, what the process itself has spent decides.
is_too_slow() { # SECONDS CPU_SECONDS
    local busy=0
    [ "$(cut -d . -f 1 /proc/loadavg)" -lt "$(nproc)" ] || busy=1
    awk -v wall="$1" -v cpu="$2" -v most="$most_ms" -v busy="$busy" \
        'BEGIN {exit !(cpu * 1000 > most || (!busy && wall * 1000 > most))}'
}

scan_bomb() { # NAME REASONS
    local line status=0 kib wall user system reason
    line=$(command time -f '%M %e %U %S' -o "$work/cost" "$knownimage" scan --quiet \
        --jobs 1 "$work/bombs/$1" 2>"$work/stderr") || status=$?
    read -r kib wall user system < <(tail -n 1 "$work/cost")
    reason=$(sed -n 's/.*"verdict":"not_examined".*"reason":"\([^"]*\)".*/\1/p' \
        <<<"$line")
    nfiles=$((nfiles + 1))
    if [ "$status" -ne 2 ] || [[ "|$2|" != *"|${reason:-none}|"* ]]; then
        fail "$1: status $status, expected $2: $line $(head -n 5 "$work/stderr")"
    fi
    [ -z "$loose" ] || return 0
    if [ "$kib" -gt "$most_kib" ]; then
        fail "$1: $kib KiB, $reason"
    fi
    if is_too_slow "$wall" "$(awk -v u="$user" -v s="$system" 'BEGIN {print u + s}')"; then
        fail "$1: $wall s ($user + $system), $reason"
    fi
    [ -z "${VERBOSE:-}" ] || echo "$wall s $kib KiB $1: $reason"
    slowest=$(printf '%s\n' "$slowest" "$wall s for $1 ($reason)" | sort -n | tail -n 1)
    largest=$(printf '%s\n' "$largest" "$kib KiB for $1 ($reason)" | sort -n | tail -n 1)
}

small=--small
[ -z "$all" ] || small=
"$make_bombs" $small "$work/bombs" >"$work/expected"
while IFS=$'\t' read -r name reasons; do
    scan_bomb "$name" "$reasons"
    rm "$work/bombs/$name"
done <"$work/expected"
echo "ok: $nfiles hostile files were told apart; the most costly: $slowest, $largest"
[ "$nfiles" -ge 60 ] || fail "only $nfiles hostile files"

# Ordinary pictures: originals, altered copies, strangers, all of little size.
npictures=0
scan_ordinary() { # OPTIONS…
    local count
    rm -rf "$work/corpus"
    "$corpus" make "$@" --list-uniform 10 "$work/corpus" >/dev/null
    rm -r "$work/corpus/pictures/damaged" "$work/corpus/pictures/low-information"
    "$knownimage" scan --quiet "$work/corpus/pictures" >"$work/lines" || true
    count=$(wc -l <"$work/lines")
    npictures=$((npictures + count))
    if grep -E '"reason":"(limit:|truncated|corrupt|unsupported|out-of|unreadable)' \
        "$work/lines" >"$work/refused"; then
        fail "ordinary pictures were refused: $(head -n 5 "$work/refused")"
    fi
}
scan_ordinary --originals 4 --strangers 20 --width 120 --height 90
if [ -n "$all" ]; then
    scan_ordinary --seed 2 --originals 24 --strangers 60 --width 160 --height 120
    scan_ordinary --seed 3 --originals 16 --strangers 60 --width 301 --height 203
    scan_ordinary --seed 4 --originals 12 --strangers 40
fi
echo "ok: of $npictures ordinary pictures, this many were refused: $([ ! -s "$work/refused" ] && echo 0)"
[ -z "$all" ] || [ "$npictures" -ge 2000 ] || fail "only $npictures ordinary pictures"
exit $((failed > 0))
