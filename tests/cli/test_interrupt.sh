#!/bin/bash
# SIGINT and SIGTERM: an import that is stopped changes nothing; a scan stops early.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
"$program" list add hotline >"$work/stdout" || exit 1
generation=$(value_of generation)

# A pipe that delivers a few lines and then nothing, without an end.
mkfifo pipe
interrupt_import() { # SIGNAL STATUS
    exec 9<>pipe
    printf '%032x\n' 1 2 3 >&9
    title="SIG$1 during an import from a slow pipe"
    local status=0
    # A shell's background jobs ignore SIGINT, unless they have their own group.
    set -m
    "$program" list import hotline pipe --kind md5 >"$work/stdout" 2>"$work/stderr" &
    local child=$!
    set +m
    sleep 1
    kill -s "$1" $child
    wait $child || status=$?
    exec 9>&-
    [ $status -eq "$2" ] || fail "status $status, expected $2" "$(cat "$work/stderr")"
    stdout_is ''
    stderr_has 'interrupted: nothing was changed'
    [ $status -ne "$2" ] || printf 'ok: %s\n' "$title"
}
interrupt_import INT 130
interrupt_import TERM 143
ki 'nothing was imported' 0 index status
stdout_has "\"generation\":$generation,\"is_current\":true,"
stdout_has '"entries":0,'
ki 'nothing is found' 0 lookup --kind md5 "$(printf '%032x' 1)"
ki 'the index is whole' 0 index verify
printf '%032x\n' 1 >list.txt
ki 'the next import works' 0 list import hotline list.txt --kind md5

mkdir folder
for i in $(seq 300); do # each a file of its own: one met again is not decoded again
    { cat "$pictures/large-2400x1800.jpg"; echo "$i"; } >"folder/$i.jpg"
done
title='SIGINT during a scan'
set -m
"$program" scan --exact --jobs 1 folder >"$work/stdout" 2>"$work/stderr" &
child=$!
set +m
sleep 1
kill -s INT $child
status=0
wait $child || status=$?
[ $status -eq 130 ] || fail "status $status, expected 130" "$(cat "$work/stderr")"
stderr_has 'stopped before the end'
! grep -v -q '"warnings":[0-9].*}$' "$work/stdout" || fail 'a line is cut off'
[ "$(wc -l <"$work/stdout")" -lt 300 ] || fail 'it did not stop early'
[ $status -ne 130 ] || printf 'ok: %s\n' "$title"
finish
