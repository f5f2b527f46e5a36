#!/usr/bin/env bash
# Real input: photographs of Debian packages are listed from their originals and must be
# found again as JPEG of quality 50, at half size and as PNG, each by its own entry and
# by no other photograph's.
# usage: test_photographs.sh KNOWNIMAGE [FOLDER…]
# Folders default to those of the package mate-backgrounds; add /usr/share/wallpapers
# (package plasma-workspace-wallpapers) for more. Copies are made with
# libjpeg-turbo-progs and netpbm.
set -euo pipefail
knownimage=$1
shift
[ $# -gt 0 ] || set -- /usr/share/backgrounds/mate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KNOWNIMAGE_INDEX=$work/index

# One picture comes in several sizes: name_3840x2160.jpg is a size of name.jpg, and a
# folder of sizes belongs to the folder above it. Thumbnails (screenshot.jpg) are left out.
photograph() {
    local path=${1%.*} name
    name=$(basename "$path")
    if [[ $name =~ ^[0-9]+x[0-9]+$ ]]; then
        path=$(dirname "$path")
        name=$(basename "$(dirname "$(dirname "$path")")")
    fi
    echo "${name%%_[0-9]*x[0-9]*}"
}

mapfile -t originals < <(find "$@" -type f -name '*.jpg' ! -name 'screenshot*' | sort)
echo "${#originals[@]} photographs"
[ "${#originals[@]}" -ge 16 ] || { echo "not ok: too few photographs"; exit 1; }

mkdir "$work/copies"
skipped=0
for i in "${!originals[@]}"; do
    line=$("$knownimage" hash --kinds pdq "${originals[i]}")
    pdq=$(sed -E 's/.*"pdq":"([0-9a-f]{64})".*/\1/' <<<"$line")
    quality=$(sed -E 's/.*"quality":([0-9]+).*/\1/' <<<"$line")
    name=$(photograph "${originals[i]}")
    if [ "$quality" -lt 50 ]; then
        echo "# $name has quality $quality: not listed"
        skipped=$((skipped + 1))
        continue
    fi
    echo "$pdq,$quality,$name" >>"$work/list.txt"
    djpeg "${originals[i]}" >"$work/picture.ppm" 2>/dev/null
    cjpeg -quality 50 "$work/picture.ppm" >"$work/copies/$i-q50-$name.jpg"
    pamscale 0.5 "$work/picture.ppm" >"$work/half.ppm" 2>/dev/null
    cjpeg -quality 90 "$work/half.ppm" >"$work/copies/$i-half-$name.jpg"
    # Deflate at its fastest: the size of the file is not what is tested.
    pnmtopng -compression 1 "$work/picture.ppm" >"$work/copies/$i-png-$name.png" \
        2>/dev/null
done
[ "$skipped" -le $((${#originals[@]} / 8)) ] || { echo "not ok: $skipped photographs of low quality"; exit 1; }

"$knownimage" list add photographs >/dev/null
"$knownimage" list import photographs "$work/list.txt" --format pdq-text
set +e
"$knownimage" scan --ordered --quiet --no-dihedral "$work/copies" >"$work/verdicts"
status=$?
set -e
[ "$status" -eq 1 ] || { echo "not ok: scan ended with status $status"; exit 1; }

failed=0
checked=0
worst=0
while read -r line; do
    path=$(sed -E 's/^\{"path":"([^"]*)".*/\1/' <<<"$line")
    expected=$(basename "${path%.*}" | sed -E 's/^[0-9]+-[a-z0-9]+-//')
    found=$(grep -oE '"entry":"[^"]*"' <<<"$line" | sort -u | tr '\n' ' ')
    distance=$(grep -oE '"distance":[0-9]+' <<<"$line" | head -1 | cut -d: -f2)
    checked=$((checked + 1))
    if [ "$found" != "\"entry\":\"$expected\" " ]; then
        echo "not ok: $(basename "$path") is found as: $found"
        failed=$((failed + 1))
    elif [ "$distance" -gt "$worst" ]; then
        worst=$distance
    fi
done <"$work/verdicts"
expected_count=$((3 * $(wc -l <"$work/list.txt")))
[ "$checked" -eq "$expected_count" ] || {
    echo "not ok: $checked verdicts for $expected_count copies"
    exit 1
}
echo "$checked copies of $((expected_count / 3)) photographs, $failed wrong," \
    "largest distance $worst"
[ "$failed" -eq 0 ]
