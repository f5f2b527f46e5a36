#!/usr/bin/env bash
# What hostile and large files may cost: memory is checked, time is printed.
# usage: test_cost.sh KNOWNIMAGE CORPUS_PROGRAM
set -euo pipefail
knownimage=$1
corpus=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KNOWNIMAGE_INDEX=$work/index
"$corpus" make --seed 1 --originals 1 --strangers 1 --list-uniform 10 "$work/corpus" \
    >/dev/null
"$knownimage" list add a >/dev/null
"$knownimage" list import a "$work/corpus/lists/hotline-a.txt" --format pdq-text \
    >/dev/null
damaged=$work/corpus/pictures/damaged
failed=0

# file, peak memory in KiB, expected reason
measure() {
    local line cost kib
    line=$(command time -f '%M KiB %e s' -o "$work/cost" "$knownimage" scan --quiet \
        --jobs 1 "$1") || true
    cost=$(tail -n 1 "$work/cost")
    kib=${cost%% *}
    if [ "$kib" -gt "$2" ] || ! grep -q "\"reason\":$3" <<<"$line"; then
        echo "not ok: $(basename "$1"): $cost, at most $2 KiB; $line"
        failed=1
    else
        echo "ok: $(basename "$1") ($(stat -c %s "$1") bytes): $cost, reason $3"
    fi
}

# 163 bytes that claim 65,500 x 65,500 pixels, progressive, and their kin.
measure "$damaged/bomb-jpeg-side.jpg" 65536 '"limit:side"'
measure "$damaged/bomb-jpeg-pixels.jpg" 65536 '"limit:pixels"'
measure "$damaged/bomb-jpeg-scans.jpg" 65536 '"limit:scans"'
measure "$damaged/bomb-png-side.png" 65536 '"limit:side"'
measure "$damaged/bomb-png-pixels.png" 65536 '"limit:pixels"'
measure "$damaged/bomb-png-text.png" 65536 '"limit:chunk-size"'
measure "$damaged/bomb-png-chunks.png" 65536 '"limit:chunks"'

# A 12 MP baseline JPEG holds its rows no longer than it needs them.
"$corpus" picture --seed 3 --kind landscape --megapixels 12 "$work/large.jpg"
measure "$work/large.jpg" 40960 null
exit "$failed"
