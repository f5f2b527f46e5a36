#!/bin/bash
# lookup: verdicts on hashes, from the command line and from stdin.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

p0=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
p4=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b91c
p40=7eb2384f817b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
m1=45cb96474050cd062ba45680f0bde173
m2=00000000000000000000000000000001
none=25e5da6d23781e868672f51a78cec833b4d889adee39517ca6b6b77c41463043

lists='"policy":"lists"'

ki 'no index' 2 lookup --kind pdq $p0
stdout_is ''
stderr_has "make it with 'knownimage list add' and 'knownimage list import'"

pdna=$(printf '010203%.0s' {1..48})
header=entry,kind,hash,category_scheme,category_code
"$program" list add one >/dev/null || exit 1
"$program" list add two --radius 3 --purpose test >/dev/null || exit 1
"$program" list add ours --purpose allow >/dev/null || exit 1
printf '%s\ne1,pdq,%s,iwf,A\ne2,md5,%s,,\n' $header $p0 $m1 |
    "$program" list import one - >/dev/null || exit 1
printf '%s\ne1,pdq,%s,,\n' $header $p4 | "$program" list import two - >/dev/null || exit 1
printf '%s\ne1,md5,%s,,\n' $header $m2 | "$program" list import ours - >/dev/null || exit 1

hit1='"list":"one","entry":"e1","kind":"pdq","distance":0,"transform":"original",'\
'"category":{"scheme":"iwf","code":"A"},"purpose":"match","signed":false'
far1=${hit1/\"distance\":0/\"distance\":4}
hit2='"list":"two","entry":"e1","kind":"pdq","distance":4,"transform":"original",'\
'"category":null,"purpose":"test","signed":false'

"$program" list add opaque >/dev/null || exit 1
printf '%s\ne1,photodna,%s,,\n' $header "$pdna" |
    "$program" list import opaque - >/dev/null || exit 1
ki 'a PhotoDNA value is looked up exactly' 1 lookup --kind photodna "$pdna"
stdout_has '"list":"opaque","entry":"e1","kind":"photodna","distance":0'
ki 'and only exactly' 0 lookup --kind photodna "${pdna%3}4"
stdout_has '"verdict":"no_match"'
ki 'but never computed' 64 hash --kinds photodna /dev/null
stderr_has 'what can be computed'

ki 'the radius of each list' 1 lookup --kind pdq $p0
stdout_is "{\"query\":\"$p0\",\"verdict\":\"match\",\"hits\":[{$hit1}],$lists}"
ki 'a radius for all, nearest first' 1 lookup --kind pdq --radius 4 $p0
stdout_is "{\"query\":\"$p0\",\"verdict\":\"match\",\"hits\":[{$hit1},{$hit2}],$lists}"
ki 'radius 0' 1 lookup --kind pdq --radius 0 $p0
stdout_is "{\"query\":\"$p0\",\"verdict\":\"match\",\"hits\":[{$hit1}],$lists}"
near=${p0%13}e3
ki 'one bit short of the distance' 0 lookup --kind pdq --radius 3 "$near"
stdout_is "{\"query\":\"$near\",\"verdict\":\"no_match\",\"hits\":[],$lists}"
ki 'just the distance' 1 lookup --kind pdq --radius 4 "$near"
stdout_is "{\"query\":\"$near\",\"verdict\":\"match\",\"hits\":[{$far1}],$lists}"
ki 'upper case' 1 lookup --kind pdq --radius 0 "${p0^^}"
stdout_is "{\"query\":\"$p0\",\"verdict\":\"match\",\"hits\":[{$hit1}],$lists}"
ki 'another list is nearer, but does not act' 1 lookup --kind pdq $p4
stdout_is "{\"query\":\"$p4\",\"verdict\":\"match\",\"hits\":[{$far1},{${hit2/:4/:0}}],$lists}"
ki 'too far' 0 lookup --kind pdq $p40
stdout_is "{\"query\":\"$p40\",\"verdict\":\"no_match\",\"hits\":[],$lists}"
ki 'nothing' 0 lookup --kind pdq $none
stdout_is "{\"query\":\"$none\",\"verdict\":\"no_match\",\"hits\":[],$lists}"

ki 'a digest' 1 lookup --kind md5 $m1
stdout_is "{\"query\":\"$m1\",\"verdict\":\"match\",\"hits\":[{\"list\":\"one\",\
\"entry\":\"e2\",\"kind\":\"md5\",\"distance\":0,\"transform\":\"original\",\
\"category\":null,\"purpose\":\"match\",\"signed\":false}],$lists}"
ki 'a hit in an allow list is no match' 0 lookup --kind md5 $m2
stdout_is "{\"query\":\"$m2\",\"verdict\":\"no_match\",\"hits\":[{\"list\":\"ours\",\
\"entry\":\"e1\",\"kind\":\"md5\",\"distance\":0,\"transform\":\"original\",\
\"category\":null,\"purpose\":\"allow\",\"signed\":false}],$lists}"
ki 'the same bits as another kind' 0 lookup --kind sha256 $p0
stdout_is "{\"query\":\"$p0\",\"verdict\":\"no_match\",\"hits\":[],$lists}"

flat=5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa5555aaaa
ki 'a hash that says nothing' 2 lookup --kind pdq $flat
stdout_is "{\"query\":\"$flat\",\"verdict\":\"not_examined\",\
\"reason\":\"low-information\",\"hits\":[],$lists}"
ki 'the same bits as a digest' 0 lookup --kind sha256 $flat

ki 'a bad query: status 2, the others go on' 2 lookup --kind md5 xyz $m2
stdout_has '{"query":"xyz","verdict":"not_examined","reason":"bad-query","hits":[],"policy":"lists"}'
stdout_has "{\"query\":\"$m2\",\"verdict\":\"no_match\""
stderr_is "knownimage: 'xyz': not a md5 of 32 hex digits"
ki 'a query of the wrong kind is not echoed' 2 lookup --kind md5 $p0
stderr_is "knownimage: '${p0:0:8}…': not a md5 of 32 hex digits"
ki 'a match outweighs a bad query' 1 lookup --kind md5 xyz $m1

printf '%s\n\n  %s\t\r\nfoo\n%s' $m2 $m1 $m1 >queries
stdin=queries ki 'queries from stdin' 1 lookup --kind md5 -
[ "$(wc -l <"$work/stdout")" -eq 4 ] || fail 'not four lines'
stderr_is 'knownimage: -:4: not a md5 of 32 hex digits'
{
    printf 'a\0b\n\377\033[2J\n'
    head -c 100000 /dev/zero | tr '\0' a
    printf '\n%s\n' $m2
} >queries
stdin=queries ki 'hostile queries' 2 lookup --kind md5 -
stdout_has '{"query":"a\u0000b","verdict":"not_examined"'
stdout_has '"query_bytes":"ff1b5b324a"'
stderr_has 'knownimage: -:3: not a md5'
[ "$(wc -l <"$work/stdout")" -eq 4 ] || fail 'not four lines'
# Who writes a query and waits for its answer gets it.
title='answers do not wait for more queries'
coproc { exec "$program" lookup --kind md5 - 2>/dev/null; }
child=$COPROC_PID
for query in $m1 $m2; do
    echo "$query" >&"${COPROC[1],$lists}"
    read -r -t 20 answer <&"${COPROC[0]}" || answer=
    [[ $answer == "{\"query\":\"$query\""* ]] || fail "answer '$answer'"
done
exec {COPROC[1]}>&-
wait "$child"
stdin=/dev/null ki 'no queries' 0 lookup --kind md5 -
stdout_is ''
run 'stdin closed' 2 bash -c "'$program' lookup --kind md5 - <&-"
stderr_has 'cannot read standard input'
finish
