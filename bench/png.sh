#!/usr/bin/env bash
# Hashing PNGs of photographs against libpng's plain decode of the same files: each
# photograph at 0.2, 2 and 12 megapixels, with and without an alpha channel.
# usage: png.sh PROGRAM OUT.json [FOLDER…], default the folder of Debian's
# mate-backgrounds. Needs netpbm and djpeg.
set -euo pipefail
program=$(realpath "$1")
out=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- /usr/share/backgrounds/mate/nature
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

save() { # NAME WIDTH HEIGHT
    pamscale -xsize "$2" -ysize "$3" "$work/picture.ppm" >"$work/scaled.ppm" 2>/dev/null
    pgmramp -lr "$2" "$3" >"$work/alpha.pgm" 2>/dev/null
    pnmtopng "$work/scaled.ppm" >"$work/$1-$2-rgb.png" 2>/dev/null
    pnmtopng -alpha="$work/alpha.pgm" "$work/scaled.ppm" >"$work/$1-$2-rgba.png" 2>/dev/null
}

n=0
while read -r -d '' photograph; do
    djpeg -rgb "$photograph" >"$work/picture.ppm" 2>/dev/null || continue
    n=$((n + 1))
    save "$n" 516 387
    save "$n" 1632 1224
    save "$n" 4000 3000
done < <(find "$@" -name '*.jpg' -type f -size +100k -print0 | sort -z)
[ "$n" -gt 0 ] || { echo "$0: no photographs in $*" >&2; exit 1; }
rm -f "$work"/*.p?m
"$program" hash --rounds 9 -o "$out" "$work"/*.png
