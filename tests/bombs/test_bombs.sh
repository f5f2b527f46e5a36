#!/usr/bin/env bash
# Scans hostile files: each is not examined for a reason that names its limit or fault,
# within 5.05 s and 768 MiB. Then ordinary pictures: none is taken for hostile.
# usage: test_bombs.sh [FORM] KNOWNIMAGE CORPUS_PROGRAM MAKE_BOMBS
#   --small     the files and pictures that take little, all at once: the default
#   --loose     the same without the bounds on time and memory, for sanitizers
#   --bombs     every hostile file by itself, with what each costs; no pictures
#   --pictures  2,000 ordinary pictures and more; no hostile files
set -euo pipefail
mode=--small
case $1 in
--small | --loose | --bombs | --pictures) mode=$1 && shift ;;
esac
knownimage=$1
corpus=$2
make_bombs=$3
most_us=5050000
most_kib=$((768 * 1024))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KNOWNIMAGE_INDEX=$work/index LC_ALL=C
failed=0
: >"$work/refused"

fail() {
    echo "not ok: $*"
    failed=$((failed + 1))
}

# Scans PATH…: a result per line in $work/lines; sets kib, the largest memory, and us,
# the time of all.
scan() {
    local status=0 seconds
    command time -f '%M %e' -o "$work/time" "$knownimage" scan --quiet --jobs 1 "$@" \
        >"$work/lines" 2>"$work/stderr" || status=$?
    read -r kib seconds < <(tail -n 1 "$work/time")
    us=$((10#${seconds/./} * 10000))
    if [ "$status" -gt 2 ] || [ -s "$work/stderr" ]; then
        fail "scan: status $status: $(head -n 20 "$work/stderr")"
    fi
}

# Name, verdict, reason, microseconds of each line; - for no reason.
read_lines() {
    sed -E 's|.*"path":"[^"]*/([^"/]*)","verdict":"([a-z_]*)",.*"reason":"?([^",]*)"?,"bytes".*"elapsed_us":([0-9]+).*|\1 \2 \3 \4|' \
        "$work/lines"
}

check_lines() {
    local name verdict reason spent_us reasons
    while read -r name verdict reason spent_us; do
        nfiles=$((nfiles + 1))
        reasons=${expected[$name]:-nothing}
        if [ "$verdict" != not_examined ] || [[ "|$reasons|" != *"|$reason|"* ]]; then
            fail "$name: expected $reasons: $verdict $reason"
        fi
        if [ "$mode" = --bombs ]; then
            spent_us=$us # with start and end of the process
            echo "$spent_us us $kib KiB $name $reason"
        fi
        [ "$mode" = --loose ] || [ "$spent_us" -le "$most_us" ] ||
            fail "$name: $spent_us us"
    done < <(read_lines)
    [ "$mode" = --loose ] || [ "$kib" -le "$most_kib" ] || fail "$kib KiB: $name"
}

"$corpus" list --list-uniform 100 "$work/list" >/dev/null
"$knownimage" list add a >/dev/null
"$knownimage" list import --format pdq-text --kind pdq a "$work/list" >/dev/null

try_bombs() {
    local small=--small name reasons
    [ "$mode" != --bombs ] || small=
    "$make_bombs" $small "$work/bombs" >"$work/expected"
    while IFS=$'\t' read -r name reasons; do
        expected[$name]=$reasons
    done <"$work/expected"
    if [ "$mode" = --bombs ]; then
        while IFS=$'\t' read -r name reasons; do
            scan "$work/bombs/$name"
            check_lines
            rm "$work/bombs/$name"
        done <"$work/expected"
    else
        scan "$work/bombs"
        check_lines
    fi
    [ "$nfiles" -ge 60 ] || fail "only $nfiles hostile files"
    [ "$nfiles" -eq "${#expected[@]}" ] || fail "$nfiles of ${#expected[@]} files"
    echo "$nfiles hostile files, $failed of them not as they should be"
}

# Originals, altered copies, strangers.
scan_ordinary() { # OPTIONS…
    rm -rf "$work/corpus"
    "$corpus" make "$@" --list-uniform 10 "$work/corpus" >/dev/null
    rm -r "$work/corpus/pictures/damaged" "$work/corpus/pictures/low-information"
    scan "$work/corpus/pictures"
    npictures=$((npictures + $(wc -l <"$work/lines")))
    grep -E '"reason":"(limit:|truncated|corrupt|unsupported|out-of|unreadable|empty)' \
        "$work/lines" >>"$work/refused" || true
}

try_ordinary() {
    scan_ordinary --originals 4 --strangers 20 --width 120 --height 90
    if [ "$mode" = --pictures ]; then
        scan_ordinary --seed 2 --originals 24 --strangers 60 --width 160 --height 120
        scan_ordinary --seed 3 --originals 16 --strangers 60 --width 301 --height 203
        scan_ordinary --seed 4 --originals 12 --strangers 40
        [ "$npictures" -ge 2000 ] || fail "only $npictures ordinary pictures"
    fi
    [ ! -s "$work/refused" ] || fail "refused: $(head -n 5 "$work/refused")"
    echo "$npictures ordinary pictures, $(wc -l <"$work/refused") of them refused"
}

declare -A expected
nfiles=0
npictures=0
[ "$mode" = --pictures ] || try_bombs
[ "$mode" = --bombs ] || try_ordinary
exit $((failed > 0))
