#!/usr/bin/env bash
# The layering of engine/: a folder includes only itself and folders before it in the
# alphabet; lmdb.h only in index/; a codec's header only in that codec's adapter; list/
# includes neither decode/ nor gray/, and list/formats/ nothing else of list/; base/
# includes no library of another stage.
# usage: check_layers.sh SOURCE_DIR [--prove]: with --prove, also that it can fail.
set -u
root=$1/engine
failures=0

report() {
    echo "not ok: $1"
    failures=$((failures + 1))
}

check_folders() {
    local file folder included
    while IFS=: read -r file included; do
        folder=${file#"$root"/}
        folder=${folder%%/*}
        case $included in
        */*) ;;
        *) report "${file#"$root"/} includes \"$included\" without its folder"; continue ;;
        esac
        if [[ ${included%%/*} > $folder ]]; then
            report "${file#"$root"/} includes $included, which comes after $folder/"
        fi
        case ${file#"$root"/}:$included in
        list/*:decode/* | list/*:gray/*)
            report "${file#"$root"/} includes $included" ;;
        list/formats/*:list/formats/*) ;;
        list/formats/*:list/*)
            report "${file#"$root"/} includes $included, which is built upon it" ;;
        esac
    done < <(grep -rnoE --include='*.[ch]' '^#include "[^"]+"' "$root" |
        sed -E 's/^([^:]+):[0-9]+:#include "([^"]+)"/\1:\2/')
}

# header regex, and the files that may include it
check_only_in() {
    local header=$1 allowed=$2 file
    while read -r file; do
        if ! [[ ${file#"$root"/} =~ $allowed ]]; then
            report "${file#"$root"/} includes a header that only $allowed may"
        fi
    done < <(grep -rlE --include='*.[ch]' "^#include <$header>" "$root")
}

check_all() {
    failures=0
    check_folders
    check_only_in 'lmdb\.h' '^index/'
    check_only_in '(jpeglib|jerror|jmorecfg|turbojpeg)\.h' '^decode/jpeg[a-z_]*\.[ch]$'
    check_only_in 'isa-l/.*' '^decode/png[a-z_]*\.[ch]$'
    check_only_in 'png\.h' '^decode/png[a-z_]*\.[ch]$'
    check_only_in 'zlib\.h' '^decode/(png[a-z_]*|gunzip)\.[ch]$'
    check_only_in 'expat\.h' '^list/formats/[a-z]*_xml\.c$'
    check_only_in 'sqlite3\.h' '^list/formats/database\.c$'
    check_only_in 'openssl/.*' '^bytes/'
    check_only_in 'ini\.h' '^match/policy[a-z_]*\.c$'
    check_only_in 'jansson\.h' '^(index|report|list)/'
    check_only_in 'sodium\.h' '^keys/'
}

check_all
[ "$failures" -eq 0 ] || exit 1
echo "ok: every include keeps to the order of the folders"

[ "${2:-}" = --prove ] || exit 0
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$root" "$copy/engine"
root=$copy/engine
for line in 'base/hex.c:"scan/walk.h"' 'list/import.c:"decode/decode.h"' \
    'list/formats/csv.c:"list/import.h"' \
    'list/import.c:<zlib.h>' 'match/verdict.c:<lmdb.h>' 'hash/pdq.c:<jpeglib.h>' 'decode/png.c:<jpeglib.h>'; do
    file=$root/${line%%:*}
    cp "$file" "$copy/kept"
    echo "#include ${line#*:}" >>"$file"
    check_all >/dev/null
    [ "$failures" -eq 1 ] || { echo "not ok: ${line} was not noticed"; exit 1; }
    cp "$copy/kept" "$file"
    echo "ok: notices ${line}"
done
