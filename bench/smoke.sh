#!/usr/bin/env bash
# Every subcommand once, small: what is asserted is that answers are right.
# usage: smoke.sh PROGRAM
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" search -n 5k,20k --data uniform --mix half --queries 300 --rounds 1 \
    --threads 2 --out "$work/a.json"
"$program" search -n 20k --data correlated --mix half --queries 300 --rounds 1 \
    --out "$work/b.json"
"$program" build -n 20k --out "$work/build.json"
"$program" publish -n 20k --changed 100 --rounds 3 --out "$work/publish.json"
"$program" open -n 20k --out "$work/open.json"
"$program" hash --sizes 20k --rounds 1 --out "$work/hash.json"
"$program" fidelity "$(dirname "$0")"/../tests/vectors/images/photo*.jpg
"$program" robustness --originals 2 --pictures 8 -j 2 -o "$work/r.json" -p "$work/r.svg" \
    >"$work/r.txt"
"$program" robustness --originals 2 --pictures 8 -j 1 | cmp - "$work/r.txt"
grep -q '</svg>' "$work/r.svg"
"$program" gate --drawings 20 --list 2k --originals 1 -o "$work/gate.json"
grep -q '"good_found": 1000' "$work/gate.json"
grep -q '"good_refused": 0' "$work/gate.json"
"$program" scan --files 20 --index 5k --rounds 1 -o "$work/scan.json"
"$program" swap -n 5k --seconds 1 --out "$work/swap.json"
"$program" audit -n 5k --rounds 2 --out "$work/audit.json"
"$program" read --busy 0 --rounds 2 --out "$work/read.json" \
    "$(dirname "$0")"/../tests/vectors/images
"$program" compare "$work/a.json" "$work/a.json"
"$program" plot "$work/a.json" -o "$work/a.svg"
grep -q '</svg>' "$work/a.svg"
# What cannot be right is refused.
! "$program" compare "$work/a.json" "$work/build.json" 2>/dev/null
! "$program" search -n 0 2>/dev/null
! "$program" nothing 2>/dev/null
