#!/usr/bin/env bash
# The main job on a made corpus: two hash lists in, several hundred pictures in,
# verdicts out. Installs what it needs, builds, and prints what was found.
# usage: tools/demo.sh [SEED]
# Everything it makes lies in demo/ and build/release/.
set -euo pipefail
cd "$(dirname "$0")/.."
seed=${1:-1}
root=demo

tools/dev/install-packages.sh
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
build_log=$(cmake --build --preset release --target knownimage knownimage-corpus 2>&1) || {
    printf '%s\n' "$build_log" >&2
    exit 1
}
knownimage=build/release/tools/knownimage
export KNOWNIMAGE_INDEX=$root/index

rm -rf "$root"
mkdir -p "$root"
echo "Making pictures, altered copies, damaged files and two lists (seed $seed)"
build/release/corpus-synthetic/knownimage-corpus make --seed "$seed" --originals 14 \
    --strangers 60 "$root/corpus"

echo
echo "Lists: one of PDQ hashes, one of digests"
"$knownimage" list add hotline-a --source hotline-a --action review
"$knownimage" list add hotline-b --source hotline-b --action block
"$knownimage" list import hotline-a "$root/corpus/lists/hotline-a.txt" --format pdq-text
for digest in md5 sha1 sha256; do
    "$knownimage" list import hotline-b "$root/corpus/lists/hotline-b.$digest" \
        --format hash-text
done

echo
echo "Scanning"
status=0
"$knownimage" scan "$root/corpus/pictures" >"$root/verdicts.ndjson" \
    2>"$root/scan.log" || status=$?
[ "$status" -le 2 ] || {
    cat "$root/scan.log" >&2
    exit "$status"
}
awk -v root="$root/corpus/" -f tools/dev/demo-report.awk \
    "$root/corpus/manifest.ndjson" "$root/verdicts.ndjson"
tail -n 1 "$root/scan.log" | sed 's/^knownimage: /Speed: /'
echo "Verdicts: $root/verdicts.ndjson   index: $KNOWNIMAGE_INDEX (exit status of the scan: $status)"
