#!/usr/bin/env bash
# Every n-th call of the functions below fails once, then for good, while an index is
# imported into, published and merged; and the disk is full. What was in force must stay
# in force, the error must be told, and the next try must work.
# usage: stress_faults.sh PROGRAM SHIM [CALLS-OF-EACH, default 8; 0: all]
set -uo pipefail
. "$(dirname "$0")/faults.sh"

ki() { # INDEX ARGUMENTS…
    local index=$1
    shift
    "$program" "$@" --index "$index"
}

digest() { printf '%032x' "$1"; }

finds() { # INDEX NUMBER
    ki "$1" lookup --kind md5 "$(digest "$2")" >/dev/null 2>stderr
    [ $? -eq 1 ]
}

for i in $(seq 1 60); do digest "$i"; echo "  old$i"; done >old.txt
for i in $(seq 101 130); do digest "$i"; echo "  new$i"; done >new.txt
ki base list add l >/dev/null && ki base list import l old.txt >/dev/null || die 'base'
"$program" key create key >/dev/null 2>stderr &&
    "$program" key sign --key key --list l --serial 1 --expires 2099-12-31T00:00:00Z \
        --signature new.sig new.txt &&
    cp -r base keyed && ki keyed list add l --update --key key.pub >/dev/null || die 'key'
cp -r base two && ki two list import l new.txt >/dev/null || die 'two segments'

# is_told INDEX: a failed import has left nothing, unless it said so.
is_told() {
    ki "$1" list export l >exported 2>stderr || return 1
    if grep -q 'kept in catalog.mdb' told; then
        grep -q new101 exported
    else
        ! grep -q new exported
    fi
}

# check COMMAND-NAME STATUS INDEX: what must hold after a fault.
check() {
    local what=$1 status=$2 index=$3
    [ "$status" -lt 128 ] || die "$what: killed by signal $((status - 128))"
    [ "$status" -eq 0 ] || [ -s stderr ] || die "$what: failed without a word"
    cp stderr told
    if [ "$status" -ne 0 ] && [ "$index" = importing ]; then
        is_told "$index" || die "$what: not what the message says: $(cat told)"
    fi
    finds "$index" 1 || die "$what: an old entry is lost"
    if [ "$status" -eq 0 ] || [ "$index" = merging ]; then
        finds "$index" 101 || die "$what: an acknowledged entry is lost"
    fi
    ki "$index" index publish >/dev/null 2>stderr || die "$what: no recovery"
    ki "$index" index verify >/dev/null 2>stderr || die "$what: not as the catalog says"
    finds "$index" 1 || die "$what: an old entry is lost by recovery"
    nfailed=$((nfailed + (status != 0)))
    nfaults=$((nfaults + 1))
}

# fault CALL N FOREVER INDEX TEMPLATE COMMAND…
fault() {
    local call=$1 n=$2 forever=$3 index=$4 template=$5
    shift 5
    rm -rf "$index"
    cp -r "$template" "$index"
    with_fault "$call" "$n" "$forever" "$program" "$@" --index "$index"
    local status=$?
    [ -e mark ] || return 1
    check "$call $n${forever:+ for ever}: $1 $2" "$status" "$index"
}

for call in malloc calloc realloc write pwrite pread fsync fdatasync msync rename link mmap \
    ftruncate posix_fallocate; do
    for forever in '' yes; do
        faults "$call" "$forever" importing base list import l new.txt
        faults "$call" "$forever" importing keyed list import --signature new.sig l new.txt
        faults "$call" "$forever" merging two index publish --merge
    done
done
echo "ok: $nfaults faults, $nfailed of them told as errors, nothing lost"

# A small disk that fills up: in a mount of our own, which needs no rights but a kernel
# that lets users have namespaces.
cat >fill.sh <<'F'
program=$1
mount -t tmpfs -o size=6m none full || exit 77
"$program" list add l --index full/index >/dev/null || exit 1
for i in $(seq 1 200); do
    for k in $(seq 1 400); do printf '%032x  n%d-%d\n' $((i * 1000 + k)) "$i" "$k"; done >more.txt
    "$program" list import l more.txt --confirm --index full/index >/dev/null 2>stderr
    status=$?
    [ "$status" -lt 128 ] || { echo "killed by signal $((status - 128))"; exit 1; }
    [ "$status" -eq 0 ] || break
done
[ "$status" -ne 0 ] && [ -s stderr ] || { echo 'the disk never got full'; exit 1; }
[ "$i" -gt 1 ] || { echo 'nothing fitted'; exit 1; }
"$program" index status --index full/index | grep -q '"is_current":true' ||
    { echo 'a failed import left something'; exit 1; }
"$program" list export l --index full/index | grep -q "n$i-7" &&
    { echo 'a failed import is in the catalog'; exit 1; }
for n in $(seq 1 $((i - 1))); do
    "$program" lookup --kind md5 "$(printf '%032x' $((n * 1000 + 7)))" --index full/index \
        >/dev/null
    [ $? -eq 1 ] || { echo "entry of import $n is lost"; exit 1; }
done
echo "ok: disk full after $((i - 1)) imports: $(head -1 stderr)"
F
mkdir full
unshare -rm bash fill.sh "$program"
case $? in
0) ;;
77) echo 'skipped: no mounts for tests on this machine' ;;
*)
    unshare -rm true 2>/dev/null || { echo 'skipped: no namespaces'; exit 0; }
    exit 1
    ;;
esac
