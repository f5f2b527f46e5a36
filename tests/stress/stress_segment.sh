#!/usr/bin/env bash
# Every n-th call of the functions below fails once, then for good, while a segment of each
# kind is made and opened: it is told, or the segment is the same as without.
# usage: stress_segment.sh MAKE_SEGMENT SHIM [CALLS-OF-EACH, default 5; 0: all]
set -uo pipefail
program=$(realpath "$1")
shim=$(realpath "$2")
most=${3:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
nfaults=0
nfailed=0

die() {
    echo "not ok: $1"
    [ ! -s stderr ] || cat stderr
    exit 1
}

# fault RING CALL N FOREVER: returns 1 if there are not so many calls.
fault() {
    local ring=$1 call=$2 n=$3 forever=$4 status what
    rm -rf folder mark && mkdir folder
    env LD_PRELOAD="$shim" FAULT_CALL="$call" FAULT_AT="$n" FAULT_MARK="$work/mark" \
        ${forever:+FAULT_ON=1} "$program" folder "$ring" >stdout 2>stderr
    status=$?
    [ -e mark ] || return 1
    what="ring$ring, $call $n${forever:+ for ever}"
    case $status in
    0) cmp -s stdout "sum$ring" || die "$what: another segment" ;;
    1) [ -s stderr ] || die "$what: failed without a word" ;;
    *) die "$what: status $status" ;;
    esac
    nfailed=$((nfailed + (status != 0)))
    nfaults=$((nfaults + 1))
}

for ring in 8 16 12; do
    rm -rf folder
    mkdir folder && "$program" folder "$ring" >"sum$ring" 2>stderr || die "ring$ring"
    for call in malloc calloc realloc write pwrite pread fsync msync mmap ftruncate \
        posix_fallocate; do
        for forever in '' yes; do
            n=1
            while [ "$most" -eq 0 ] || [ "$n" -le "$((1 << most))" ]; do
                fault "$ring" "$call" "$n" "$forever" || break
                n=$((most == 0 || n < 4 ? n + 1 : n * 2))
            done
        done
    done
done
echo "ok: $nfaults faults, $nfailed of them told as errors, the others made no difference"
