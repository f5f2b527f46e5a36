#!/bin/bash
# policy: files checked, shown and in force; verdicts under them.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

cp "$pictures/photo-420-640x480.jpg" known.jpg
cp "$pictures/scene-64x64.png" same.png
cp "$pictures/scene-512x512.png" other.png
head -c 9000 known.jpg >half.jpg
header=entry,kind,hash,category_scheme,category_code
known=$(hash_of known.jpg pdq)

ki 'no index and no policy' 1 policy check
stderr_has 'index/policy.conf: there is no policy'
echo '[default]' >empty.conf
ki 'a file without an index' 0 policy check empty.conf
stderr_has 'there is no index'

"$program" list add one --source iwf --action block >/dev/null || exit 1
"$program" list add two --source ncmec --action block >/dev/null || exit 1
"$program" list add ours --purpose allow >/dev/null || exit 1
printf '%s\nk1,pdq,%s,,\nk2,md5,%s,,\n' $header "$known" "$(hash_of same.png md5)" |
    "$program" list import one - >/dev/null || exit 1

"$program" list add hotline >/dev/null || exit 1
sed -n '/^    ; A comment/,/^    limit-side/p' "$pictures/../../../README.md" >example.conf
[ "$(wc -l <example.conf)" -gt 30 ] || fail 'README.md has no example'
ki 'the example of README.md' 0 policy check example.conf
stdout_has '# list hotline: match, radius 31, min-quality 50, block, block-needs exact'
stdout_has 'limit-side = reject'
"$program" list remove hotline >/dev/null || exit 1

ki 'no policy' 0 policy show
stdout_has '# policy lists'
stdout_has '# list one: match, radius 31, min-quality 50, block, block-needs near'
ki 'no policy as JSON' 0 policy show --json
stdout_has '{"policy":"lists","file":null,"flood":null}'
stdout_has '{"reason":"truncated","handling":null}'
ki 'a verdict without' 1 scan -q known.jpg
stdout_has '"action":"block","demoted":[],"handling":null,"policy":"lists"'

cat >index/policy.conf <<'END'
[corroborate]
block-needs = corroborated
[list one]
radius = 12
[flood]
share = 50%
window = 100
minimum = 5
[reasons]
profile = upload
END
ki 'what is in force' 0 policy check --json
version=$(value_of policy)
[ ${#version} -eq 32 ] || fail "version $version"
stdout_has "\"file\":\"$work/here/index/policy.conf\",\"exact_demotes\":\"exact\",\
\"near_demotes\":\"corroborated\",\"demotes_to\":\"review\",\"kinds_corroborate\":true,\
\"flood\":{\"window\":100,\"share_ppm\":500000,\"minimum\":5}}"
stdout_has '{"list":"one","source":"iwf","purpose":"match","radius":12,"min_quality":50,'\
'"modes":["pdq"],"dihedral":true,"action":"block","block_needs":"corroborated",'\
'"corroborates":true}'
stdout_has '{"reason":"limit:side","handling":"hold"}'
[ "$(wc -l <"$work/stdout")" -eq $((1 + 3 + 21)) ] || fail 'not as many lines'
ki 'the same as a file' 0 policy show
sed '/^# /d' "$work/stdout" >again.conf
ki 'that says the same' 0 policy check --json again.conf
stdout_has "{\"policy\":\"$version\""

ki 'one source does not block' 1 scan -q known.jpg
stdout_has '"tier":"near"'
stdout_has "\"action\":\"review\",\"demoted\":[\"single-source\"],\"handling\":null,\
\"policy\":\"$version\""
ki 'an exact match does' 1 scan -q same.png
stdout_has '"tier":"exact"'
stdout_has '"action":"block","demoted":[]'
ki 'no match names the policy too' 0 scan -q other.png
stdout_has "\"verdict\":\"no_match\""
stdout_has "\"policy\":\"$version\""
ki 'what was not examined has a handling, in the summary too' 2 scan half.jpg
stdout_has '"reason":"truncated"'
stdout_has '"action":null,"demoted":[],"handling":"hold"'
stderr_has 'to hold: 1 not examined'
ki 'text' 1 scan -q --format text known.jpg
stdout_has "[review: single-source]  [policy $version]  known.jpg"
ki 'csv' 1 scan -q --format csv known.jpg
stdout_has ",single-source,,$version"

printf '%s\nn1,pdq,%s,,\n' $header "$known" |
    "$program" list import two - >/dev/null || exit 1
ki 'two sources do' 1 scan -q known.jpg
stdout_has '"tier":"corroborated"'
stdout_has '"action":"block","demoted":[]'
printf '%s\na1,pdq,%s,,\n' $header "$known" |
    "$program" list import ours - >/dev/null || exit 1
ki 'counter-evidence' 1 scan -q known.jpg
stdout_has '"verdict":"match"'
stdout_has '"action":"review","demoted":["counter-evidence"]'
echo '[allow]
near-demotes = never' >never.conf
ki 'another policy' 1 scan -q --policy never.conf known.jpg
stdout_has '"action":"block","demoted":[]'

# An entry that hits more than half of the pictures, from the fifth on.
mkdir many
for i in 1 2 3 4 5 6 7; do cp known.jpg "many/$i.jpg"; done
ki 'a flood' 1 scan --policy index/policy.conf --ordered --jobs 1 many
[ "$(grep -c '"flooding":true' "$work/stdout")" -eq 3 ] || fail 'not three floods'
stdout_has '"demoted":["counter-evidence","single-source","flood"]'
stderr_has 'knownimage: demoted: 3 flood'
stderr_has 'flood: one/k1: up to 7 hits in a window; 3 files hit it while it was flooding'

far=${known%??}
far=$far$(printf '%02x' $((0x${known#"$far"} ^ 0xff)))
ki 'lookup: the radius of the list' 1 lookup --kind pdq "$far"
stdout_has "\"policy\":\"$version\""
printf '[default]\nradius = 7\n[allow]\nradius = 8\n' >small.conf
ki 'lookup: the radius of the policy' 0 lookup --policy small.conf --kind pdq "$far"
stdout_has '"list":"ours"'
stdout_lacks '"list":"one"'
ki 'lookup: the radius asked for' 1 lookup --policy small.conf -r 8 --kind pdq "$far"
printf '[default]\nradius = 47\n' >large.conf
"$program" list add strict --radius 2 >/dev/null || exit 1
printf '%s\ns1,pdq,%s,,\n' $header "$known" |
    "$program" list import strict - >/dev/null || exit 1
ki 'lookup: a larger radius than any list has' 1 lookup --policy large.conf \
    --kind pdq "$far"
stdout_has '"list":"strict"'

rot90=$("$program" hash --dihedral --kinds pdq other.png |
    sed 's/.*"rot90":"\([0-9a-f]*\)".*/\1/')
printf '%s\nt1,pdq,%s,,\n' $header "$rot90" |
    "$program" list import strict - >/dev/null || exit 1
ki 'turned pictures' 1 scan -q --policy never.conf other.png
stdout_has '"transform":"rot90"'
printf '[list strict]\ndihedral = no\n' >straight.conf
ki 'not for a list that does not want them' 0 scan -q --policy straight.conf other.png
printf '[list strict]\ndihedral = yes\nmodes = pdq-nn512,pdq\n' >turned.conf
ki 'for one that does, whatever the options say' 1 scan -q --policy turned.conf \
    --no-dihedral other.png

printf '[default]\n\nradius = 99\n' >bad.conf
ki 'a bad file' 1 policy check bad.conf
stdout_is ''
stderr_is "knownimage: bad.conf:3: radius: '99' is not a number from 0 to 47"
ki 'is not scanned with' 2 scan -q --policy bad.conf other.png
stdout_is ''
stderr_has 'bad.conf:3: '
ki 'nor looked up with' 2 lookup --policy bad.conf --kind pdq "$far"
stdout_is ''
ki 'a missing file' 2 scan -q --policy missing.conf other.png
stderr_has 'missing.conf does not exist'
ki 'a device for a file' 1 policy check /dev/zero
mkdir folder
ki 'a folder for a file' 1 policy check folder
ki 'a list that was removed: said by check' 0 policy check index/policy.conf
"$program" list remove one >/dev/null || exit 1
ki 'and then' 1 policy check index/policy.conf
stderr_has "policy.conf:3: there is no list 'one'"
ki 'and by scan' 2 scan -q other.png
stdout_is ''
stderr_has "policy.conf:3: there is no list 'one'"
ki 'and by lookup' 2 lookup --kind pdq "$far"
stdout_is ''
stderr_has "policy.conf:3: there is no list 'one'"
ki 'the index is sound with a policy in it' 0 index verify
ki 'and is pruned' 0 index prune
[ -f index/policy.conf ] || fail 'the policy is gone'
finish
