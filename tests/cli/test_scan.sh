#!/bin/bash
# scan: from a list of hashes to verdicts on pictures, in every format.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

cp "$pictures/photo-420-640x480.jpg" known.jpg
cp "$pictures/scene-64x64.png" same.png
cp "$pictures/scene-512x512.png" other.png
cp "$pictures/flat-256x256.png" flat.png
cp "$pictures/scene-800x600.png" allowed.png
head -c 9000 known.jpg >half.jpg
printf 'hello\n' >text.txt
: >empty

ki 'no index: a message that says what to do' 2 scan known.jpg
stdout_is ''
stderr_has 'knownimage list import'
ki 'nothing published: the same' 2 scan --index "$work/here" known.jpg
stdout_is ''

header=entry,kind,hash,category_scheme,category_code
"$program" list add hotline --source iwf --action block >/dev/null || exit 1
"$program" list add ours --purpose allow >/dev/null || exit 1
printf '%s\nk1,pdq,%s,iwf,A\nk2,md5,%s,,\n' $header "$(hash_of known.jpg pdq)" \
    "$(hash_of same.png md5)" >list.csv
"$program" list import hotline list.csv >/dev/null || exit 1
printf '%s\na1,sha256,%s,,\n' $header "$(hash_of allowed.png sha256)" |
    "$program" list import ours - >"$work/stdout" || exit 1
g=$(value_of generation)
bytes() { wc -c <"$1"; }

known="{\"path\":\"known.jpg\",\"verdict\":\"match\",\"tier\":\"near\",\"reason\":null,\
\"bytes\":$(bytes known.jpg),\"format\":\"jpeg\",\"width\":640,\"height\":480,\
\"quality\":100,\"hits\":[{\"list\":\"hotline\",\"entry\":\"k1\",\"kind\":\"pdq\",\
\"distance\":0,\"transform\":\"original\",\"category\":{\"scheme\":\"iwf\",\
\"code\":\"A\"},\"mode\":\"pdq\",\"purpose\":\"match\",\"signed\":false}],\"action\":\"block\",\
\"demoted\":[],\"handling\":null,\"policy\":\"lists\",\"generation\":$g,\"elapsed_us\":0,\"warnings\":0,\"fidelity\":\"high\",\"scale\":2}"
same="{\"path\":\"same.png\",\"verdict\":\"match\",\"tier\":\"exact\",\"reason\":null,\
\"bytes\":$(bytes same.png),\"format\":\"png\",\"width\":64,\"height\":64,\
\"quality\":100,\"hits\":[{\"list\":\"hotline\",\"entry\":\"k2\",\"kind\":\"md5\",\
\"distance\":0,\"transform\":\"original\",\"category\":null,\"purpose\":\"match\",\"signed\":false}],\
\"action\":\"block\",\"demoted\":[],\"handling\":null,\"policy\":\"lists\",\
\"generation\":$g,\"elapsed_us\":0,\"warnings\":0,\
\"fidelity\":\"exact\",\"scale\":1}"
other="{\"path\":\"other.png\",\"verdict\":\"no_match\",\"tier\":null,\"reason\":null,\
\"bytes\":$(bytes other.png),\"format\":\"png\",\"width\":512,\"height\":512,\
\"quality\":100,\"hits\":[],\"action\":null,\"demoted\":[],\"handling\":null,\"policy\":\"lists\",\
\"generation\":$g,\"elapsed_us\":0,\
\"warnings\":0,\"fidelity\":\"exact\",\"scale\":1}"

ki 'a near match' 1 scan known.jpg
stdout_is "$known"
stderr_has 'knownimage: 1 files: 1 matches, 0 no match, 0 not examined'
stderr_has ' pictures/s'
ki 'an exact match' 1 scan --quiet same.png
stdout_is "$same"
stderr_is ''
ki 'no match' 0 scan -q other.png
stdout_is "$other"
ki 'several, in order' 1 scan -q --ordered --jobs 2 other.png known.jpg same.png
stdout_is "$other
$known
$same"
stdin=known.jpg ki 'standard input' 1 scan -q -
stdout_is "${known/known.jpg/-}"
stdin=known.jpg ki 'standard input between files' 1 scan -q other.png - same.png
stdout_is "$other
${known/known.jpg/-}
$same"

ki 'an allow list makes no match' 0 scan -q allowed.png
stdout_has '"verdict":"no_match","tier":null,"reason":null'
stdout_has '"list":"ours","entry":"a1","kind":"sha256"'
stdout_has '"action":null'

ki 'a flat picture is not examined' 2 scan -q flat.png
stdout_has '"verdict":"not_examined","tier":null,"reason":"low-information"'
ki 'half a picture' 2 scan -q half.jpg
stdout_has '"verdict":"not_examined","tier":null,"reason":"truncated"'
ki 'not a picture' 2 scan text.txt
stdout_has '"reason":"unsupported-format"'
stderr_has 'knownimage: not examined: 1 unsupported-format'
ki 'an empty file' 2 scan -q empty
stdout_has '"reason":"empty","bytes":0,'
ki 'no such file; the others go on' 2 scan -q missing other.png
stdout_has '{"path":"missing","verdict":"not_examined","tier":null,'\
'"reason":"unreadable","bytes":null,'
stdout_has '"path":"other.png","verdict":"no_match"'
stderr_is 'knownimage: missing: No such file or directory'
ki 'a match outweighs what was not examined' 1 scan -q half.jpg known.jpg
ki 'a limit' 2 scan -q --max-side 639 known.jpg
stdout_has '"verdict":"not_examined","tier":null,"reason":"limit:side"'
ki 'digests only: nothing is decoded' 0 scan -q --kinds md5,sha1 half.jpg text.txt
stdout_has '"verdict":"no_match","tier":null,"reason":null'
stdout_has '"quality":null'
ki 'other options' 1 scan -q --exact --modes pdq,pdq-nn512 --no-dihedral known.jpg
stdout_has '"transform":"original"'

rot90=$("$program" hash --dihedral --kinds pdq other.png |
    sed 's/.*"rot90":"\([0-9a-f]*\)".*/\1/')
"$program" list add turned >/dev/null || exit 1
printf '%s\nt1,pdq,%s,,\n' $header "$rot90" | "$program" list import turned - >/dev/null
ki 'a turned picture' 1 scan -q other.png
stdout_has '"distance":0,"transform":"rot90"'
ki 'unless it is not wanted' 0 scan -q --no-dihedral other.png
stdout_has '"verdict":"no_match"'

{
    printf '%s\n' $header
    for i in 1 2 3 4 5; do printf 'm%d,pdq,%s,,\n' $i "$rot90"; done
} >many.csv
"$program" list import turned many.csv >/dev/null || exit 1
ki 'hits are cut off, and counted' 1 scan -q --max-hits 2 other.png
stdout_has '"hits_total":6'
[ "$(grep -o '"entry":' "$work/stdout" | wc -l)" -eq 2 ] || fail 'not two hits'
ki 'or not cut off' 1 scan -q --max-hits 0 other.png
stdout_lacks '"hits_total"'

ki 'text' 1 scan -q --format text --ordered known.jpg half.jpg same.png
stdout_is 'match         near          hotline/k1 pdq 0 original  known.jpg
not_examined  truncated     -  half.jpg
match         exact         hotline/k2 md5 0 original  same.png'
ki 'csv' 1 scan -q --format csv known.jpg
sed 's/,block,[0-9]*,[0-9]*,/,block,0,0,/' "$work/stdout" | tr -d '\r' >got.csv
cat >expected.csv <<EOF
path,verdict,tier,reason,bytes,format,width,height,quality,action,generation,\
elapsed_us,warnings,hits,list,entry,kind,distance,transform,mode,purpose,\
category_scheme,category_code,path_bytes,entry_bytes,sandbox,\
demoted,handling,policy
known.jpg,match,near,,$(bytes known.jpg),jpeg,640,480,100,block,0,0,0,1,hotline,k1,pdq,\
0,original,pdq,match,iwf,A,,,,,,lists
EOF
diff expected.csv got.csv || fail 'csv'

ki 'the hash of a picture that did not match is not told' 0 scan -q --no-dihedral \
    other.png
stdout_lacks "$(hash_of other.png pdq | cut -c1-16)"
finish
