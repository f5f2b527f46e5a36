#!/bin/bash
# audit enable, status, verify, prove, checkpoint; and that commands tell the log.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
log=index/audit/00000000000000000000.ndjson
picture=$(find "$pictures" -name '*.jpg' | sort | head -n 1)

ki 'add a list' 0 list add hotline
ki 'no log yet' 0 audit status
stdout_is '{"is_enabled":false}'
ki 'verify without a log' 2 audit verify
ki 'enable' 0 audit enable
ki 'enable twice' 2 audit enable
stderr_has 'enabled already'
ki 'add another list' 0 list add other
printf '%s  name\n' "$(hash_of "$picture" sha256)" >hashes
ki 'import' 0 list import --kind sha256 hotline hashes
ki 'publish' 0 index publish
ki 'scan' 1 scan --quiet "$picture" "$picture"
stdout_has '"verdict":"match"'
[ "$(wc -l <"$work/stdout")" = 2 ] || fail 'two results were expected'
ki 'remove' 0 list remove other
for type in list import publication scan match removal; do
    grep -q "\"type\":\"$type\"" "$log" || fail "no entry of type $type"
done
for what in add import publish removal; do
    grep -A 1 "\"type\":\"begin\",\"what\":\"$what\"" "$log" | grep -q '"generation"' ||
        fail "what became of '$what' does not follow its begin"
done
[ "$(grep -c '"type":"match"' "$log")" = 2 ] || fail 'two matches were expected'
grep -q "\"file_sha256\":\"$(sha256sum hashes | cut -c 1-64)\"" "$log" ||
    fail 'the import is not told with its digest'
! grep -q -e "$(hash_of "$picture" sha256)" -e "${picture##*/}" "$log" ||
    fail 'the log tells hash or name of a picture'
ki 'checkpoint' 0 audit checkpoint
cp "$work/stdout" checkpoint
ki 'verify' 0 audit verify --from checkpoint --key index/audit/audit.pub
stdout_has '"is_good":true,"problems":0,"first":0,"size":11,"covered":11,"checkpoints":2'
ki 'prove an entry' 0 audit prove --entry 3
stdout_has '{"seq":3,"leaf":"'
ki 'prove growth' 0 audit prove --from-size 3 --size 11
stdout_has '{"from_size":3,"from_root":"'
ki 'prove what is not there' 2 audit prove --entry 11
ki 'prove nothing' 64 audit prove

cp "$log" kept
sed 's/"read":1,/"read":2,/' kept >"$log"
ki 'a changed entry' 1 audit verify
stderr_has 'line 5 does not follow'
head -n 6 kept >"$log"
ki 'a missing entry' 1 audit verify --from checkpoint
stderr_has 'has 6 good entries, and a checkpoint covers 11'
ki 'nothing is changed that cannot be told' 2 list add third
stdout_is ''
ki 'it was not added' 2 list show third
cp kept "$log"
ki 'as it was' 0 audit verify --to checkpoint
printf '[default]\naction = observe\n' >index/policy.conf
version=$("$program" policy show --json | sed -n 's/.*"policy":"\([^"]*\)".*/\1/p')
for title in 'scan under a policy' 'scan under it again'; do
    ki "$title" 1 scan --quiet "$picture"
done
ki 'verify with a policy' 0 audit verify
[ "$(grep -c '"type":"policy"' "$log")" = 1 ] || fail 'one policy entry was expected'
tail -n 5 "$log" | head -n 1 |
    grep -q "\"type\":\"policy\",\"old\":\"lists\",\"new\":\"$version\"}\$" ||
    fail 'the policy is not told before the first verdict under it'
ki 'a change that fails' 2 list import --format hashdeep hotline "$picture"
tail -n 1 "$log" | grep -q '"type":"failed","what":"import","list":"hotline"}$' ||
    fail 'the log does not tell that it failed'
nbegun=$(grep -c '"type":"begin"' "$log")
mkfifo pipe
"$program" list import hotline - <pipe &
exec 3>pipe
for _ in {1..500}; do
    [ "$(grep -c '"type":"begin"' "$log")" = "$nbegun" ] || break
    sleep 0.02
done
kill -KILL $!
wait $! 2>"$work/stderr"
exec 3>&-
ki 'verify after a kill' 0 audit verify
tail -n 1 "$log" | grep -q '"type":"begin","what":"import","list":"hotline"}$' ||
    fail 'the log does not show the import that was killed' "$(tail -n 2 "$log")"
rm index/policy.conf
ki 'scan without it' 1 scan --quiet "$picture"
grep -q "\"type\":\"policy\",\"old\":\"$version\",\"new\":\"lists\"}\$" "$log" ||
    fail 'the end of a policy is not told'
grep -q "\"type\":\"match\".*\"policy\":\"$version\"" "$log" ||
    fail 'a match does not name its policy'
ki 'prune what is not there' 0 audit prune --older-than 1096
stdout_is '{"dropped":0}'
ki 'prune without an age' 64 audit prune
ki 'another key' 0 key create another.key
ki 'is not that of the log' 2 audit verify --from checkpoint --key another.key.pub
sed 's/^11$/6/' checkpoint >forged
ki 'a forged checkpoint' 2 audit verify --from forged
finish
