#!/usr/bin/env bash
# Every n-th call of the functions below fails once, then for good, while a segment of each
# kind is made and opened: it is told, or the segment is the same as without.
# usage: stress_segment.sh MAKE_SEGMENT SHIM [CALLS-OF-EACH, default 8; 0: all]
set -uo pipefail
. "$(dirname "$0")/faults.sh"

# fault CALL N FOREVER RING
fault() {
    local call=$1 n=$2 forever=$3 ring=$4 status what
    rm -rf folder && mkdir folder
    with_fault "$call" "$n" "$forever" "$program" folder "$ring"
    status=$?
    [ -e mark ] || return 1
    what="$ring, $call $n${forever:+ for ever}"
    case $status in
    0) cmp -s stdout "sum$ring" || die "$what: another segment" ;;
    1) [ -s stderr ] || die "$what: failed without a word" ;;
    *) die "$what: status $status" ;;
    esac
    nfailed=$((nfailed + (status != 0)))
    nfaults=$((nfaults + 1))
}

for ring in ring8 ring16 lined16 ring12; do
    rm -rf folder
    mkdir folder && "$program" folder "$ring" >"sum$ring" 2>stderr || die "$ring"
    for call in malloc calloc realloc write pwrite pread fsync msync mmap ftruncate \
        posix_fallocate; do
        for forever in '' yes; do
            faults "$call" "$forever" "$ring"
        done
    done
done
echo "ok: $nfaults faults, $nfailed of them told as errors, the others made no difference"
