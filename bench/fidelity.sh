#!/usr/bin/env bash
# Distances of each fidelity from the exact decode on photographs: each one resaved at
# several qualities, with and without subsampled colour, progressive, and resized.
# usage: fidelity.sh PROGRAM OUT.json [FOLDER…], default the folders of Debian's
# mate-backgrounds and plasma-workspace-wallpapers
set -euo pipefail
program=$(realpath "$1")
out=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- /usr/share/backgrounds/mate /usr/share/wallpapers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

save() { # NAME PICTURE CJPEG-OPTIONS…
    local name=$1 picture=$2
    shift 2
    cjpeg "$@" "$picture" >"$work/$name.jpg"
}

to_ppm() {
    case $1 in
    *.png) pngtopnm "$1" ;;
    *) djpeg "$1" ;;
    esac >"$work/picture.ppm" 2>/dev/null && [ "$(head -c 2 "$work/picture.ppm")" = P6 ]
}

n=0
while read -r -d '' photograph; do
    to_ppm "$photograph" || continue
    n=$((n + 1))
    ppm=$work/picture.ppm
    save "$n-q60" "$ppm" -quality 60 -sample 2x2
    save "$n-q75" "$ppm" -quality 75 -sample 1x1
    save "$n-q95" "$ppm" -quality 95 -sample 2x2
    save "$n-progressive" "$ppm" -quality 85 -progressive
    i=0
    for pixels in 300000 1000000 4000000 24000000; do
        [ "$pixels" -lt 24000000 ] || [ $((n % 8)) -eq 0 ] || continue # they take long
        pamscale -pixels "$pixels" "$ppm" >"$work/scaled.ppm" 2>/dev/null
        save "$n-$pixels" "$work/scaled.ppm" -quality $((70 + 7 * i))
        i=$((i + 1))
    done
done < <(find "$@" \( -name '*.jpg' -o -name '*.png' \) -type f -size +100k -print0 | sort -z)
rm -f "$work"/*.ppm
"$program" fidelity -o "$out" "$work"/*.jpg
