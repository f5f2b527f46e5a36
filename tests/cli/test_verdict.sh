#!/bin/bash
# verdict replay: lines of scan and of the audit log, judged again.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
policy=index/policy.conf
log=index/audit/00000000000000000000.ndjson
mapfile -t found < <(find "$pictures" -name 'photo*.jpg' | sort | head -n 2)

ki 'add a list' 0 list add hotline --action block
ki 'enable the log' 0 audit enable
printf '%s,100,first\n' "$(hash_of "${found[0]}" pdq)" >hashes
ki 'import' 0 list import hotline hashes --format pdq-text
printf '%s  second\n' "$(hash_of "${found[1]}" sha256)" >digests
ki 'import digests' 0 list import --kind sha256 hotline digests
ki 'scan' 1 scan --quiet --ordered "${found[@]}" "$pictures/none.jpg"
cp "$work/stdout" scanned
[ "$(grep -c '"verdict":"match"' scanned)" = 2 ] || fail 'two matches were expected'

ki 'the same' 0 verdict replay scanned
[ "$(wc -l <"$work/stdout")" = 2 ] || fail 'lines without a match are let go'
was='{"verdict":"match","tier":"near","action":"block","demoted":[],"policy":"lists"}'
stdout_has "{\"line\":1,\"path\":\"${found[0]}\",\"checked\":\"hits\",\"was\":$was,\"is\":$was,\"same\":true,\"reason\":null}"
stdin=scanned
ki 'from standard input' 0 verdict replay -
stdin=
ki 'the log' 0 verdict replay "$log"
[ "$(grep -c '"path":null,.*"same":true' "$work/stdout")" = 2 ] ||
    fail 'the matches of the log are judged the same'

grep '"type":"match"' "$log" | sed 's/"mode":"pdq",*//; s/"transform":"[a-z]*",*//; s/,}/}/
    s/"quality":[0-9]*,//' >terse
ki 'what the line does not tell, under the same policy' 0 verdict replay terse
[ "$(grep -c '"same":true' "$work/stdout")" = 2 ] || fail 'two matches were expected'
! grep -q -e mode -e transform -e quality terse || fail 'the lines still tell it'
printf '[default]\naction = review\n' >$policy
ki 'another action' 1 verdict replay scanned
stdout_has '"action":"review","demoted":[],"policy":'
stdout_has '"same":false,"reason":"action"}'
ki 'of the log too' 1 verdict replay "$log"
printf '[corroborate]\nblock-needs = exact\n' >$policy
ki 'demoted' 1 verdict replay scanned
stdout_has '"action":"review","demoted":["not-exact"]'
[ "$(grep -c '"same":true' "$work/stdout")" = 1 ] || fail 'a digest still blocks'
printf '[default]\nmin-quality = 100\nmodes = pdq-nn512\n' >$policy
head -n 1 scanned >one
ki 'hits that do not count any more' 1 verdict replay one
stdout_has '"is":{"verdict":null,"tier":null,"action":null,"demoted":[],"policy":'
stdout_has '"same":false,"reason":"verdict"}'
sed 's/"distance":0/"distance":20/; s/"original"/"rot90"/' one >far
for rule in 'radius = 10' 'dihedral = no' 'min-quality = 100' 'modes = pdq-nn512'; do
    printf '[default]\n%s\n' "$rule" >$policy
    sed 's/"quality":[0-9]*/"quality":70/' far >forged
    ki "a hit that does not count: $rule" 1 verdict replay forged
    stdout_has '"same":false,"reason":"verdict"}'
done
printf '[default]\nradius = 20\n' >$policy
ki 'a hit at the radius counts' 0 verdict replay far
sed 's/"quality":[0-9]*,//' one >without
printf '[default]\nmin-quality = 40\n' >$policy
ki 'what the line does not tell' 2 verdict replay without
stdout_has '"is":null,"same":null,"reason":"not-told"}'
printf '[list other]\nradius = 1\n' >$policy
ki 'a policy that does not fit' 2 verdict replay one
stdout_has '"reason":"policy-does-not-fit"}'
rm $policy

sed 's/"entry":"first"/"entry":"third"/' one >forged
ki 'an entry that is not there' 1 verdict replay forged
stdout_has '"is":null,"same":false,"reason":"no-such-entry"}'
sed 's/"entry":"first"/"entry":"second"/' one >forged
ki 'a hash that it has not' 1 verdict replay forged
stdout_has '"same":false,"reason":"no-such-hash"}'
sed 's/"list":"hotline"/"list":"other"/' one >forged
ki 'a list that is not there' 1 verdict replay forged
stdout_has '"same":false,"reason":"no-such-list"}'
sed 's/"tier":"near"/"tier":"exact"/' one >forged
ki 'another tier' 1 verdict replay forged
stdout_has '"same":false,"reason":"tier"}'
sed 's/"demoted"/"hits_total":9,"demoted"/' one >forged
ki 'hits that are not told' 2 verdict replay forged
stdout_has '"same":null,"reason":"hits-cut-off"}'
sed 's/"generation":[0-9]*/"generation":999/' one >forged
ki 'a generation to come' 2 verdict replay forged
stdout_has '"same":null,"reason":"generation-unknown"}'
{ cat one && echo '{"verdict":"match"}' && echo nonsense; } >bad
ki 'lines that are none' 2 verdict replay bad
stdout_has '{"line":3,"path":null,"checked":"hits","was":null,"is":null,"same":null,"reason":"not-a-result"}'

sed 's/"tier":"near"/"tier":"exact"/' one >>bad
ki 'some differ, of others it cannot be told' 1 verdict replay bad

ki 'with the picture' 0 verdict replay one --picture "${found[0]}"
stdout_has "\"checked\":\"picture\",\"was\":$was,\"is\":$was,\"same\":true,\"reason\":null}"
ki 'with another picture' 2 verdict replay one --picture "${found[1]}"
stdout_has '"same":null,"reason":"another-picture"}'
sed 's/"bytes":[0-9]*,//' one >without
ki 'that matches otherwise' 1 verdict replay without --picture "${found[1]}"
stdout_has '"same":false,"reason":"hits"}'
ki 'no picture' 2 verdict replay one --picture nothing
stdout_has '"same":null,"reason":"unreadable"}'
ki 'a picture for two lines' 2 verdict replay scanned --picture "${found[0]}"
stderr_has '--picture is for one line'

ki 'remove the entry' 0 list remove hotline first
ki 'the generation before is still kept' 0 verdict replay scanned
ki 'remove the other' 0 list remove hotline second
ki 'a generation that is gone' 2 verdict replay scanned
stdout_has '"is":null,"same":null,"reason":"generation-gone"}'
ki 'no file' 2 verdict replay nothing
ki 'nothing' 64 verdict replay
finish
