#!/bin/bash
# entry show, lists that are replaced, imports that are too large to be taken unasked.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

p1=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
printf "entry,kind,hash,category_scheme,category_code\ne1,pdq,%s,iwf,A\n" "$p1" >list.csv
ki "a list" 0 list add hotline --source iwf
ki "an entry comes" 0 list import hotline list.csv

# What is known of one entry.
ki 'an entry' 0 entry show hotline e1
stdout_has '{"list":"hotline","source":"iwf","entry":"e1",'\
'"category":{"scheme":"iwf","code":"A"},"member":null,"updated":null,'\
'"votes":{"for":0,"against":0},"hashes":[{"kind":"pdq","hash":"'"$p1"'"}],'
stdout_has '"added_by":{"number":1,"time":"20'
stdout_has "\"file_sha256\":\"$(sha256sum <list.csv | cut -d' ' -f1)\""
ki 'an entry that is not there' 2 entry show hotline e1 e999
stdout_has '"entry":"e1"'
stderr_is 'knownimage: list hotline has no such entry'

# A list that is replaced, and what is not taken unasked.
seq 100 299 | awk '{ printf "%032d  f%d\n", $1, $1 }' >many.md5
head -n 150 many.md5 >fewer.md5
ki 'a list of its own' 0 list add big
ki 'two hundred entries' 0 list import big many.md5 --kind md5
ki 'too many would go' 2 list import big fewer.md5 --kind md5 --replace
stdout_is ''
stderr_has 'fewer.md5: this would remove 50 entries in a list of 200'
stderr_has '--confirm'
ki 'the refusal is told' 0 index status
stdout_has '"refused":[{"list":"big","time":"20'
stdout_has 'this would remove 50 entries'
ki 'confirmed' 0 list import big fewer.md5 --kind md5 --replace --confirm
stdout_has '{"list":"big","read":150,"added":0,"updated":0,"removed":50,"rejected":0,'
ki 'nothing is refused any more' 0 index status
stdout_has '"refused":[]'
ki 'what went is not found' 0 lookup --kind md5 "$(printf '%032d' 299)"
ki 'what stayed is' 1 lookup --kind md5 "$(printf '%032d' 110)"
# A category of a region that nobody published the meaning of.
printf '%s' '{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/'\
'2.0.xml/UK/$metadata#Media","value":[{"MediaID":1,"Category":1,'\
'"MD5":"00112233445566778899AABBCCDDEEFF"}]}' >uk.json
ki 'a list from elsewhere' 0 list add uk --action block
ki 'its file' 0 list import uk uk.json
ki 'an unmapped category is told and is no match' 0 \
    lookup --kind md5 00112233445566778899aabbccddeeff
stdout_has '"verdict":"no_match"'
stdout_has '"category":{"scheme":"vics-uk","code":"1"},'
stdout_has '"inert":true'
printf '[scheme vics-uk]\n1 = review\n' >index/policy.conf
ki 'a policy that names it is sound' 0 policy check
ki 'mapped it is one' 1 lookup --kind md5 00112233445566778899aabbccddeeff
stdout_lacks '"inert"'
rm index/policy.conf
finish
