#!/bin/bash
# index status, publish, verify, prune.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

for command in status publish verify prune; do
    ki "index $command without an index" 2 index $command
    stdout_is ''
    stderr_has 'knownimage: '
done
[ ! -e index ] || fail 'a folder was made'

"$program" list add hotline >"$work/stdout" || exit 1
g=$(value_of generation)
ki 'publish with nothing to publish' 0 index publish
stdout_is "{\"generation\":$g}"
ki 'status' 0 index status
stdout_has "{\"index\":\"$work/here/index\",\"generation\":$g,\"is_current\":true,"
stdout_has '"lists":1,"entries":0,"hashes":{"pdq":0,"md5":0,"sha1":0,"sha256":0,"photodna":0},'
printf '%032x\n' 1 2 3 >list.txt
"$program" list import hotline list.txt --kind md5 >/dev/null || exit 1
ki 'status after an import' 0 index status
stdout_has '"lists":1,"entries":3,"hashes":{"pdq":0,"md5":3,"sha1":0,"sha256":0,"photodna":0},'
ki 'verify' 0 index verify
stdout_is '{"is_good":true,"problems":0,"catalog":"good","is_current":true}'
stderr_is ''
ki 'prune' 0 index prune
grep -q -x '{"removed":[0-9]*,"removed_bytes":[0-9]*}' "$work/stdout" || fail 'line'
ki 'prune again' 0 index prune
stdout_is '{"removed":0,"removed_bytes":0}'
ki 'all is still there' 1 lookup --kind md5 "$(printf '%032x' 2)"

printf '%032x\n' 4 >more.txt
"$program" list import hotline more.txt --kind md5 >/dev/null || exit 1
ki 'an import becomes a segment of its own' 0 index status
stdout_has '"segments":2,'
stdout_has '"damage":null,"previous_generation":'
ki 'the generation before' 0 lookup --previous --kind md5 "$(printf '%032x' 4)"
stdout_has '"verdict":"no_match"'
ki 'and now' 1 lookup --kind md5 "$(printf '%032x' 4)"
ki 'one entry is removed' 0 list remove hotline 2
stdout_has '{"list":"hotline","removed":1,"generation":'
ki 'and not found any more' 0 lookup --kind md5 "$(printf '%032x' 2)"
ki 'an entry that is not there' 2 list remove hotline nothing
stderr_has "has no entry 'nothing'"
printf '%032x\n' 1 2 3 >list.txt
"$program" list import hotline list.txt --kind md5 >/dev/null || exit 1
ki 'merge' 0 index publish --merge
ki 'status after the merge' 0 index status
stdout_has '"segments":1,'
ki 'verify after the merge' 0 index verify

newest=$(ls -t index/segments/*.mdb | head -1)
chmod u+w "$newest"
printf 'X' | dd of="$newest" bs=1 seek=5000 conv=notrunc status=none
ki 'status tells of damage' 0 index status
stdout_has '"damage":"'
stdout_has "${newest##*/}"
ki 'lookup names what can be used' 2 lookup --kind md5 "$(printf '%032x' 2)"
stdout_is ''
stderr_has '--previous'
ki 'and it can be used' 1 lookup --previous --kind md5 "$(printf '%032x' 2)"
for segment in index/segments/*.mdb; do
    chmod u+w "$segment"
    printf 'X' | dd of="$segment" bs=1 seek=5000 conv=notrunc status=none
done
ki 'verify finds damage' 2 index verify
stdout_has '{"is_good":false,"problems":'
stderr_has 'knownimage: '
ki 'lookup refuses a damaged index' 2 lookup --kind md5 "$(printf '%032x' 2)"
stdout_is ''
ki 'scan refuses a damaged index' 2 scan -q "$pictures/scene-64x64.png"
stdout_is ''
rm index/MANIFEST*
ki 'lookup without a manifest' 2 lookup --kind md5 "$(printf '%032x' 2)"
stdout_is ''
ki 'all is made anew from the catalog' 0 index publish
ki 'and is good' 0 index verify
ki 'and found' 1 lookup --kind md5 "$(printf '%032x' 2)"

# What must be told, and change nothing, whatever is wrong with the catalog.
refused() { # WHAT MESSAGE
    local command
    for command in 'list add other' 'list import hotline more.txt --kind md5' \
        'list remove hotline' 'list show' 'list export hotline' 'index publish' \
        'index prune'; do
        # shellcheck disable=SC2086
        ki "$1: $command" 2 $command
        stdout_lacks '{'
        stderr_has "$2"
        stderr_has 'catalog.mdb'
    done
    ki "$1: lookups go on" 1 lookup --kind md5 "$(printf '%032x' 2)"
    ki "$1: status" 0 index status
}
cp -r index whole
rm index/catalog.mdb
refused 'no catalog' 'is missing'
stdout_has '"damage":null'
stdout_has '"catalog":null'
ki 'a copy without catalog is good' 0 index verify
stdout_has '"is_good":true,"problems":0,"catalog":null'
: >index/catalog.mdb
refused 'an empty catalog' 'is empty'
stdout_has '"damage":"'
ki 'an empty catalog is a problem' 2 index verify
stdout_has '"is_good":false,"problems":1,"catalog":"damaged"'
for size in 8191 8192 8193 12288 30000; do
    head -c "$size" whole/catalog.mdb >index/catalog.mdb
    refused "a catalog cut to $size bytes" 'is damaged'
    ki "a catalog cut to $size bytes is a problem" 2 index verify
done

cp whole/catalog.mdb index/catalog.mdb
ki 'the catalog put back' 0 index verify
printf '%032x\n' 21 22 23 >delta.txt
"$program" list import hotline delta.txt --kind md5 --no-publish >/dev/null || exit 1
ki 'verify compares what is published' 0 index verify
stdout_has '"is_good":true,"problems":0,"catalog":"good","is_current":false'
ki 'publish it' 0 index publish
ki 'an entry of it' 1 lookup --kind md5 "$(printf '%032x' 21)"
cp whole/catalog.mdb index/catalog.mdb
refused 'an older catalog' 'is older than the'
stdout_has '"damage":"'
ki 'an older catalog is a problem' 2 index verify
ki 'an older catalog is accepted when asked' 0 index publish --accept-catalog
ki 'and good then' 0 index verify
ki 'what it lacks is not listed' 0 lookup --kind md5 "$(printf '%032x' 21)"
ki 'what it has is' 1 lookup --kind md5 "$(printf '%032x' 2)"
ki 'and it goes on' 0 list import hotline delta.txt --kind md5

printf 'X' | dd of=index/MANIFEST.previous bs=1 seek=40 conv=notrunc status=none
ki 'a damaged MANIFEST.previous is a problem' 2 index verify
stderr_has 'MANIFEST.previous'
ki 'status tells of it' 0 index status
stdout_has 'MANIFEST.previous'
ki 'publish does away with it' 0 index publish
ki 'and all is good' 0 index verify

cp index/MANIFEST old
"$program" list add b >/dev/null && "$program" list add c >/dev/null || exit 1
cp old index/MANIFEST
ki 'an older MANIFEST is a problem' 2 index verify
ki 'nothing is pruned by it' 2 index prune
ki 'it is made anew' 0 index publish
ki 'and good' 0 index verify

chmod u+w index/segments/*.mdb
for segment in index/segments/*.mdb; do
    printf 'X' | dd of="$segment" bs=1 seek=5000 conv=notrunc status=none
done
ki 'a change over a damaged segment' 0 list add d
stderr_has 'lookups will fail'
stderr_has 'index publish'
ki 'repair' 0 index publish
ki 'lookups work' 1 lookup --kind md5 "$(printf '%032x' 2)"

# A slow pipe keeps nobody waiting.
mkfifo pipe
exec 9<>pipe
printf '%032x\n' 31 >&9
"$program" list import hotline pipe --kind md5 >slow 2>&1 9>&- &
child=$!
sleep 0.5
run 'a change while another import waits for its file' 0 \
    timeout 60 "$program" list add meanwhile 9>&-
exec 9>&-
wait $child || fail 'the slow import' "$(cat slow)"
ki 'what came slowly' 1 lookup --kind md5 "$(printf '%032x' 31)"

# Another user, who may read and not write.
if [ "$(id -u)" -eq 0 ] && setpriv --reuid 65534 true 2>/dev/null; then
    chmod -R a+rX "$work"
    rm -f index/catalog.mdb-lock
    for command in 'index status' 'index verify' 'list show' 'list export hotline'; do
        # shellcheck disable=SC2086
        run "a reader without rights: $command" 0 \
            setpriv --reuid 65534 --clear-groups "$program" $command
        stderr_is ''
    done
    run 'a reader without rights changes nothing' 2 \
        setpriv --reuid 65534 --clear-groups "$program" list add e
fi

(
    exec >"$work/stdout" 2>"$work/stderr" 3>&- 4>&- 5>&- 6>&-
    ulimit -n 6
    exec "$program" index verify
)
status=$?
title='too few descriptors are not damage'
[ $status -eq 2 ] || fail "status $status"
stderr_has 'Too many open files'
stdout_lacks 'is_good'
finish
