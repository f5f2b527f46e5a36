#!/usr/bin/env bash
# Makes seeds for the fuzz targets: FOLDER/TARGET/…
# usage: seeds.sh BIN_FOLDER FOLDER      BIN_FOLDER: a build folder
set -euo pipefail
build=$(realpath "$1")
mkdir -p "$2"
seeds=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

keep() { # TARGET FILE…: named by content, so that nothing is kept twice
    local target=$1 file
    shift
    mkdir -p "$seeds/$target"
    for file in "$@"; do
        cp "$file" "$seeds/$target/$(md5sum <"$file" | cut -c 1-16)"
    done
}

corpus() { # OPTIONS…
    "$build/corpus-synthetic/knownimage-corpus" make "$@" --force "$work/corpus" \
        >/dev/null
}

# Pictures of few bytes: whole, altered, damaged.
corpus --width 80 --height 64 --originals 4 --strangers 4 --list-uniform 20
corpus --seed 2 --width 17 --height 33 --originals 2 --strangers 2 --list-uniform 20
"$build/tests/bombs/make_bombs" --small "$work/bombs" >/dev/null
while read -r file; do
    case $file in
    *.jpg)
        keep jpeg "$file"
        if LC_ALL=C grep -qaP '\xff\xc2\x00[\x0b\x11]' "$file"; then
            keep jpeg_progressive "$file"
        fi
        ;;
    *.png) keep png "$file" ;;
    esac
    head -c 16 "$file" >"$work/start"
    keep sniff "$work/start"
done < <(find "$work/corpus/pictures" "$work/bombs" "$here/../vectors/images" -type f \
    -size -40k | sort)

# Lists as hotlines print them, and what those have become in an index. The first byte
# of a list input says how it is read.
export KNOWNIMAGE_INDEX=$work/index
for list in "$work"/corpus/lists/*; do
    { printf A && head -c 2000 "$list"; } >"$work/list"
    for target in csv detect hash_text hashdeep pdq_text signal_text; do
        keep "list_$target" "$work/list"
    done
    name=$(basename "$list")
    "$build/tools/knownimage" list add "$name" >/dev/null
    kind=${name##*.}
    "$build/tools/knownimage" list import --kind "${kind/txt/pdq}" "$name" "$list" \
        >/dev/null
done
{ printf A && head -n -1 "$work/index/MANIFEST"; } >"$work/manifest"

# Lists that are packed: with a name, in two members, with zeros behind them.
for list in "$work"/corpus/lists/*; do
    { printf A && head -c 900 "$list" | gzip -9; } >"$work/packed"
    { printf '\1' && head -c 300 "$list" >"$work/named" && gzip -c "$work/named" &&
        gzip -1 <"$work/named" && head -c 40 /dev/zero; } >"$work/members"
    keep gunzip "$work/packed" "$work/members"
done

# An audit log, whole and as bodies that the target puts the prefix before.
knownimage() {
    "$build/tools/knownimage" "$@" >/dev/null
}
knownimage audit enable
knownimage list add more
printf '[default]\naction = observe\n' >"$work/index/policy.conf"
for policy in policy.conf none; do
    knownimage scan --quiet --unsafe-sandbox "$work/corpus/pictures" 2>/dev/null || true
    rm -f "$work/index/$policy"
done
log=$work/index/audit/00000000000000000000.ndjson
{ printf '\0' && head -n 20 "$log"; } >"$work/entries"
{ printf '\377' && sed -n '1,20s/.*"time_us":[0-9]*,//p' "$log"; } >"$work/bodies"
sed '1d;/^$/,$d' "$work/index/audit/checkpoint" >"$work/checkpoint"
{ printf '\1' && cat "$work/index/audit/state.json"; } >"$work/state"
{ printf '\2' && cat "$work/index/audit/config.json"; } >"$work/config"
sed -n '/"type":"match"/{p;q}' "$log" | { printf '\377' && cat; } >"$work/told"
keep told "$work/told"
keep audit_entries "$work/entries" "$work/bodies"
keep audit_checkpoint "$work/checkpoint" "$work/index/audit/checkpoint"
keep audit_state "$work/state" "$work/config"
keep manifest "$work/manifest"
keep policy "$here"/regress/policy/*
"$build/tools/knownimage" list manifest hotline --serial 7 --expires 2099-12-31T00:00:00Z \
    "$work"/corpus/lists/* >"$work/manifest"
keep update_files "$work/manifest" "$here"/regress/update_files/*
keep update "$here"/regress/update/*
