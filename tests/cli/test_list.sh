#!/bin/bash
# list add, show, import, export, remove: their lines, their effects, their failures.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

p1=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
p2=25e5da6d23781e868672f51a78cec833b4d889adee39517ca6b6b77c41463043
m1=45cb96474050cd062ba45680f0bde173

ki 'add a list' 0 list add hotline --source iwf --action block --radius 20
stdout_has '{"list":"hotline","source":"iwf","purpose":"match","action":"block",'\
'"radius":20,"min_quality":50,"entries":0,'\
'"hashes":{"pdq":0,"md5":0,"sha1":0,"sha256":0,"photodna":0},'\
'"serial":'
stdout_has '"generation":'
stderr_is ''
ki 'add a list twice' 2 list add hotline
stdout_is ''
stderr_has 'knownimage: '
ki 'an update changes only what is given' 0 list add hotline --update --radius 31
stdout_has '"source":"iwf","purpose":"match","action":"block","radius":31,'
ki 'an update makes a list that is missing' 0 list add mine --update --purpose allow
stdout_has '{"list":"mine","source":"mine","purpose":"allow","action":"review",'
ki 'a bad name' 2 list add ../x
stdout_is ''
ki 'a name that is too long' 2 list add "$(printf '%0100d' 0)"
stdout_is ''

printf 'entry,kind,hash,category_scheme,category_code\ne1,pdq,%s,iwf,A\ne2,md5,%s,,\n' \
    "$p1" "$m1" >list.csv
ki 'import' 0 list import hotline list.csv
generation=$(value_of generation)
stdout_is "{\"list\":\"hotline\",\"read\":2,\"added\":2,\"updated\":0,\"removed\":0,\
\"rejected\":0,\"generation\":$generation,\"unchanged\":0,\"format\":\"csv\",\"quarantined\":0}"
stderr_is ''
ki 'the same import again' 0 list import hotline list.csv
stdout_is "{\"list\":\"hotline\",\"read\":2,\"added\":0,\"updated\":0,\"removed\":0,\
\"rejected\":0,\"generation\":$generation,\"unchanged\":2,\"format\":\"csv\",\"quarantined\":0}"

ki 'show one' 0 list show hotline
stdout_has '"entries":2,"hashes":{"pdq":1,"md5":1,"sha1":0,"sha256":0,"photodna":0},"serial":'
ki 'show all, in order of name' 0 list show
sed 's/{"list":"\([^"]*\).*/\1/' "$work/stdout" >names
printf 'hotline\nmine\n' | cmp - names || fail 'names'
ki 'show what is not there' 2 list show other
stdout_is ''
stderr_is "knownimage: there is no list 'other'"

ki 'export' 0 list export hotline
sort "$work/stdout" | tr -d '\r' >exported
sort list.csv | cmp - exported || fail 'the export differs from the import'
cp "$work/stdout" exported.csv
ki 'export as PDQ text' 0 list export hotline --format pdq-text
stdout_has "$p1"
stdout_lacks "$m1"
ki 'export of what is not there' 2 list export other
ki 'export as NDJSON' 0 list export hotline --format ndjson
cp "$work/stdout" exported.ndjson
for hash in "pdq $p1" "md5 $m1" "md5 ${m1%3}5"; do
    "$program" lookup --kind "${hash% *}" "${hash#* }"
done >verdicts
ki 'a list of the same name in another index' 0 list add hotline --index other
ki 'an NDJSON export can be imported' 0 list import hotline exported.ndjson --index other
stdout_has '"read":2,"added":2,"updated":0,"removed":0,"rejected":0,'
stdout_has '"format":"ndjson"'
for hash in "pdq $p1" "md5 $m1" "md5 ${m1%3}5"; do
    "$program" lookup --kind "${hash% *}" "${hash#* }" --index other
done | cmp - verdicts || fail 'verdicts differ after export and import'
ki 'again it says nothing new' 0 list import hotline exported.ndjson --index other
stdout_has '"read":2,"added":0,"updated":0,"removed":0,"rejected":0,'
printf '{"op":"del","id":"e1"}\n{"op":"del","id":"nobody"}\n' >withdrawn.ndjson
ki 'a removal withdraws one entry' 0 list import hotline withdrawn.ndjson --index other
stdout_has '"read":2,"added":0,"updated":0,"removed":1,"rejected":0,'
stdout_has '"unchanged":1,"format":"ndjson"'
ki 'an export can be imported' 0 list import mine exported.csv
stdout_has '"read":2,"added":2,'

printf '%s\n%s\n' "$p2" "$p1" >two.txt
stdin=two.txt ki 'import from standard input, kind given' 0 \
    list import mine - --kind pdq
stdout_has '{"list":"mine","read":2,'

printf 'entry,kind,hash,category_scheme,category_code\ne3,md5,zz,,\ne4,md5,%s,,\n' \
    "${m1%3}4" >mixed.csv
ki 'a bad record is told, the good one is taken' 0 list import hotline mixed.csv
stdout_has '"read":2,"added":1,"updated":0,"removed":0,"rejected":1,'
stderr_has 'knownimage: mixed.csv:2: '
printf 'entry,kind,hash,category_scheme,category_code\ne3,md5,zz,,\n' >bad.csv
ki 'every record is bad: status 2' 2 list import hotline bad.csv
stdout_has '"added":0,"updated":0,"removed":0,"rejected":1,'
stderr_has 'knownimage: bad.csv:2: '

head -c 3000 /dev/urandom >noise
ki 'not a list' 2 list import hotline noise
stdout_lacks '"added":1'
ki 'no such file' 2 list import hotline missing.csv
stderr_is 'knownimage: missing.csv: No such file or directory'
ki 'a folder for a file' 2 list import hotline .
stdout_is ''
stderr_is 'knownimage: .: Is a directory'
printf 'a,b\n1,2\n' >table.csv
ki 'a table of something else' 2 list import hotline table.csv --format csv
stdout_is ''
stderr_has 'knownimage: table.csv: line 1: header names no column pdq'
ki 'a format that is not told' 2 list import hotline two.txt
stderr_has 'knownimage: two.txt: lines with 64 hex digits may be'
md5=900150983cd24fb0d6963f7d28e17f72
context='"@odata.context":"http://x/2.0.xml/US/$metadata#Media"'
printf '{%s,"value":[{"Category":1,"MD5":"%s"},\n{"Category":1,"MD5":"x"}]}' \
    "$context" "$md5" >vics.json
ki 'a JSON file of a case tool, one record bad' 0 list import hotline vics.json
stdout_has '"read":2,"added":1,"updated":0,"removed":0,"rejected":1,'
stdout_has '"format":"vics-json"'
stderr_is 'knownimage: vics.json:2: md5: hash has a character that is not a hex digit'
printf '{%s,"value":[{"Category":0,"MD5":"%s"}]}' "$context" "$md5" |
    gzip >vics.json.gz
ki 'a packed one withdraws the entry' 0 list import hotline vics.json.gz
stdout_has '"read":1,"added":0,"updated":0,"removed":1,"rejected":0,'
printf '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode"\n' >NSRLFile.txt
ki 'known files into a list that matches' 2 list import hotline NSRLFile.txt
stderr_has 'line 1: the NSRL lists known files, not illegal ones'
: >zero
printf '\n# nothing today\n' >comments
for file in zero comments; do
    for format in auto pdq-text hash-text csv signal-text hashdeep ndjson; do
        ki "$file as $format" 0 list import hotline $file --format $format
        stdout_has '"read":0,"added":0,"updated":0,"removed":0,"rejected":0,'
        stderr_is "knownimage: $file: no records"
    done
    ki "$file of a kind" 0 list import hotline $file --kind pdq
    stdout_has '"unchanged":0,"format":null,"quarantined":0}'
done
{
    head -c 200000 /dev/zero | tr '\0' x
    printf '\n%s,100,after\n' "$p2"
} >long.txt
ki 'a first line that is too long costs only itself' 0 \
    list import hotline long.txt --kind pdq
stdout_has '"read":2,"added":1,"updated":0,"removed":0,"rejected":1,'
stderr_is 'knownimage: long.txt:1: line is longer than 65536 bytes'
printf '%s,101,named\n' "${p1%3}5" >quality.txt
ki 'a quality that is none costs not the name' 0 \
    list import hotline quality.txt --format pdq-text
stderr_is 'knownimage: quality.txt:1: warning: quality is not from 0 to 100'
ki 'the name' 1 lookup --kind pdq "${p1%3}5"
stdout_has '"entry":"named"'
ki 'no such list' 2 list import other list.csv
stdout_is ''
stderr_has 'knownimage list add other'

ki 'import without publishing' 0 list add later
printf 'entry,kind,hash,category_scheme,category_code\ne9,md5,%s,,\n' "${m1%3}9" >l.csv
ki 'import without publishing' 0 list import later l.csv --no-publish
ki 'nothing is found before it is published' 0 lookup --kind md5 "${m1%3}9"
ki 'status tells that it waits' 0 index status
stdout_has '"is_current":false'
ki 'publish' 0 index publish
grep -q -x '{"generation":[0-9]*}' "$work/stdout" || fail 'publish line'
ki 'now it is found' 1 lookup --kind md5 "${m1%3}9"
ki 'status tells that it is current' 0 index status
stdout_has '"is_current":true'

ki 'remove' 0 list remove later
stdout_has '{"list":"later","removed":1,"generation":'
ki 'what was removed is not found' 0 lookup --kind md5 "${m1%3}9"
ki 'remove what is not there' 2 list remove later
stdout_is ''

unset KNOWNIMAGE_INDEX
ki 'the default folder is made with those above it' 0 list add a
[ -d "$HOME/.local/share/knownimage" ] || fail 'no default folder'
export XDG_DATA_HOME=$work/here/data
ki 'XDG_DATA_HOME comes before it' 0 list add b
[ -d data/knownimage ] || fail 'no folder in XDG_DATA_HOME'
ki '--index comes before all' 0 list show hotline --index "$work/here/index"
KNOWNIMAGE_INDEX=$work/here/index ki 'then KNOWNIMAGE_INDEX' 0 list show hotline
ki 'no index here' 2 list show --index "$work/here/nowhere"
unset XDG_DATA_HOME HOME
ki 'no way to find an index' 2 list show
stderr_is 'knownimage: no index folder: use --index DIR or set KNOWNIMAGE_INDEX'
finish
