#!/bin/bash
# list quarantine, release, check: what stands in quarantine, and how it gets there and
# out again.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index

# The second has 86 bits set, of which 128 would be usual.
good=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
light=8141c3308e399c0a0208ab4ac4880e5888f320290bd840a4001443a401423913
md5=45cb96474050cd062ba45680f0bde173

ki 'add a list' 0 list add hotline
printf 'entry,kind,hash\ne1,pdq,%s\ne2,pdq,%s\ne2,md5,%s\ne3,pdq,%s\n' \
    "$good" "$light" "$md5" "${light%13}10" >list.csv
ki 'an import tells what stands in quarantine' 0 list import hotline list.csv
stdout_has '"added":3,'
stdout_has '"format":"csv","quarantined":2}'
stderr_is "knownimage: 2 entries are in quarantine: too flat, periodic or uneven to be \
looked up by PDQ; see 'knownimage list quarantine hotline'"
ki 'again, it is not because of the import' 0 list import hotline list.csv
stdout_has '"quarantined":0}'
stderr_is ''
printf '5555aaaa%.0s' 1 2 3 4 5 6 7 8 >stripes
ki 'a hash of stripes is refused' 2 list import hotline stripes --kind pdq
stderr_has 'knownimage: stripes:1: '
ki 'the list shows the count' 0 list show hotline
stdout_has '"quarantined":2,'
ki 'the status too' 0 index status
stdout_has '"entries":3,"hashes":{"pdq":3,"md5":1,"sha1":0,"sha256":0,"photodna":0},"quarantined":2,'
ki 'a copy without a catalog knows it' 0 index verify
mkdir copy && cp -r index/MANIFEST index/segments copy
ki 'a copy without a catalog knows it' 0 index status --index copy
stdout_has '"quarantined":2,'
ki 'its PDQ hash is not found' 0 lookup --kind pdq --radius 0 "$light"
ki 'its digest is' 1 lookup --kind md5 $md5
stdout_has '"entry":"e2"'
ki 'an export has all' 0 list export hotline
stdout_has "e2,pdq,$light"

ki 'what is in quarantine, and why' 0 list quarantine hotline
stdout_is '{"list":"hotline","entry":"e2","doubts":["weight"],"pdq":[{"coherence":194,"asymmetry":118,"weight":86,"broken_squares":113}]}
{"list":"hotline","entry":"e3","doubts":["weight"],"pdq":[{"coherence":192,"asymmetry":116,"weight":84,"broken_squares":112}]}'
ki 'of a list that is not there' 2 list quarantine other
stdout_is ''
stderr_is 'knownimage: there is no list other'

ki 'audit' 0 audit enable
ki 'release' 0 list release hotline e2
stdout_has '{"list":"hotline","released":1,"generation":'
ki 'it is found' 1 lookup --kind pdq --radius 0 "$light"
grep -q '"type":"release","list":"hotline","released":1,' index/audit/*.ndjson ||
    fail 'the audit log does not tell of the release'
ki 'release what is not in quarantine' 2 list release hotline e1 e3 nobody
stdout_has '"released":1,'
stderr_is "knownimage: list hotline has no entry 'e1' in quarantine
knownimage: list hotline has no entry 'nobody' in quarantine"
ki 'release of a list that is not there' 2 list release other e1
stdout_is ''
ki 'nothing is left there' 0 list quarantine hotline
stdout_is ''
ki 'release needs an entry' 64 list release hotline

# Four entries within a few bits of each other, and a picture that is harmless.
ki 'add a list' 0 list add crowd
cp "$pictures/scene-512x512.png" harmless.png
harmless=$(hash_of harmless.png pdq)
printf '%s,100,a\n%s,100,b\n%s,100,c\n%s,100,d\n%s,100,own\n' "$good" "${good%3}2" \
    "${good%3}1" "${good%13}33" "$harmless" >crowd.txt
ki 'import' 0 list import crowd crowd.txt
ki 'check finds nothing to suspect' 0 list check crowd
stdout_has '{"list":"crowd","entries":5,"pdq":5,"doubts":{"coherent":0,"symmetric":0,"weight":0,"neighbours":0,"benign":0,"striped":0},"released":0,"quarantined":0,"benign":null,'
stdout_has '"nearest":[[1,'
stdout_has '"nearest_beyond":1,"neighbours":[[0,1],[2,4]],"suspects":[]}'
ki 'too many neighbours' 0 list check crowd --neighbours 2
stdout_has '"neighbours":4,"benign":0'
stdout_has '"suspects":[{"entry":"a","doubts":["neighbours"],"neighbours":3},'
stdout_lacks '"entry":"own"'
mkdir pictures
cp harmless.png "$pictures/flat-256x256.png" pictures
printf 'no picture\n' >pictures/note.txt
ki 'near to a harmless picture of a folder' 0 list check crowd --benign pictures
stdout_has '"benign":{"files":3,"unhashed":2,"hashes":16}'
stdout_has '"suspects":[{"entry":"own","doubts":["benign"],"neighbours":0,"benign_distance":0}]}'
ki 'add a list' 0 list add allowed --purpose allow
ki 'import' 0 list import allowed list.csv
ki 'near to a hash of a list' 0 list check crowd --benign allowed
stdout_has '"benign":{"hashes":3}'
stdout_has '"neighbours":0,"benign":4'
ki 'neither a file nor a list' 2 list check crowd --benign nothing
stdout_is ''
stderr_is 'knownimage: there is no list nothing'
ki 'a folder that is not there' 2 list check crowd --benign ./nothing
stdout_is ''
stderr_is 'knownimage: ./nothing: No such file or directory'
ki 'a list that is not there' 2 list check other
stdout_is ''
ki 'nothing was changed' 0 list show crowd
stdout_has '"quarantined":0'
ki 'into quarantine' 0 list check crowd -n 2 --benign pictures/ --quarantine
stdout_has '"quarantined":5,"added":5,"generation":'
grep -q '"type":"quarantine","list":"crowd","quarantined":5,' index/audit/*.ndjson ||
    fail 'the audit log does not tell of the quarantine'
ki 'none is found' 0 lookup --kind pdq "$harmless"
ki 'and why' 0 list quarantine crowd
stdout_has '"entry":"own","doubts":["benign"],'
stdout_has '"entry":"a","doubts":["neighbours"],'
ki 'one is released' 0 list release crowd own
ki 'it is found' 1 lookup --kind pdq "$harmless"
ki 'as text' 0 list check crowd -n 2 --benign pictures --quarantine --format text
stdout_has 'list crowd: 5 entries, 5 PDQ hashes; compared with 16 harmless hashes'
stdout_has '  neighbours              4 ####'
stdout_has '  released by hand: 1; in quarantine: 4, 0 of them new'
stdout_has '  own: 0 neighbours, 0 bits from something harmless, released'
ki 'what was released stays so' 1 lookup --kind pdq "$harmless"
ki 'all is in order' 0 index verify
ki 'the log too' 0 audit verify
finish
