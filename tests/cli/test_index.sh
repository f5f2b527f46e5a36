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
stdout_has '"lists":1,"entries":0,"hashes":{"pdq":0,"md5":0,"sha1":0,"sha256":0},'
printf '%032x\n' 1 2 3 >list.txt
"$program" list import hotline list.txt --kind md5 >/dev/null || exit 1
ki 'status after an import' 0 index status
stdout_has '"lists":1,"entries":3,"hashes":{"pdq":0,"md5":3,"sha1":0,"sha256":0},'
ki 'verify' 0 index verify
stdout_is '{"is_good":true,"problems":0}'
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
finish
