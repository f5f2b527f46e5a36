#!/usr/bin/env bash
# The whole main job on a made corpus: every verdict must be the one that the corpus's
# manifest expects, each damaged file's reason included.
# usage: test_corpus.sh KNOWNIMAGE CORPUS_PROGRAM SOURCE_DIR
set -euo pipefail
knownimage=$1
corpus=$2
source=$3
seed=${KNOWNIMAGE_TEST_SEED:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KNOWNIMAGE_INDEX=$work/index
echo "seed $seed"

"$corpus" make --seed "$seed" --originals 4 --strangers 8 "$work/corpus"
"$knownimage" list add hotline-a
"$knownimage" list add hotline-b --action block
"$knownimage" list import hotline-a "$work/corpus/lists/hotline-a.txt" --format pdq-text
for digest in md5 sha1 sha256; do
    "$knownimage" list import hotline-b "$work/corpus/lists/hotline-b.$digest" \
        --format hash-text
done
"$knownimage" index verify

status=0
"$knownimage" scan --ordered --quiet "$work/corpus/pictures" >"$work/verdicts" ||
    status=$?
[ "$status" -eq 1 ] || { echo "not ok: scan ended with status $status"; exit 1; }
awk -v root="$work/corpus/" -f "$source/tools/dev/demo-report.awk" \
    "$work/corpus/manifest.ndjson" "$work/verdicts"
[ "$(wc -l <"$work/verdicts")" -eq "$(wc -l <"$work/corpus/manifest.ndjson")" ] || {
    echo "not ok: as many verdicts as files were expected"
    exit 1
}

status=0
"$knownimage" scan --quiet "$work/corpus/pictures/damaged/empty.jpg" \
    "$work/corpus/pictures/strangers" >/dev/null || status=$?
[ "$status" -eq 2 ] || { echo "not ok: not examined: status $status"; exit 1; }
"$knownimage" scan --quiet "$work/corpus/pictures/strangers" >/dev/null ||
    { echo "not ok: strangers only: status $?"; exit 1; }

"$knownimage" scan --quiet --ordered --jobs 1 "$work/corpus/pictures" |
    sed -E 's/"elapsed_us":[0-9]+//' >"$work/one" || true
"$knownimage" scan --quiet --ordered --jobs 5 "$work/corpus/pictures" |
    sed -E 's/"elapsed_us":[0-9]+//' >"$work/five" || true
cmp "$work/one" "$work/five" || { echo "not ok: order depends on jobs"; exit 1; }
echo "ok: every verdict is the expected one; order and exit status too"
