#!/bin/bash
# Signed lists: what a list with a key takes and refuses, manifests, expiry, and that it
# fits Debian's minisign.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
later=2099-12-31T00:00:00Z

# A list file with the MD5 numbers given.
numbers() {
    printf '%032x  e%d\n' $(for i in "$@"; do echo "$i" "$i"; done)
}

# sign FILE SERIAL [LIST [EXPIRES]]
sign() {
    "$program" key sign --key key --list "${3:-hotline}" --serial "$2" \
        --expires "${4:-$later}" "$1"
}

# md5 NUMBER: its 32 digits
md5() {
    printf '%032x' "$1"
}

# A refusal: nothing changed, in service, told by index status.
refused() {
    stderr_has "$1"
    stderr_has 'nothing was changed'
    stdout_is ''
    ki "$title: told by status" 0 index status
    stdout_has "\"refused\":[{\"list\":\"hotline\""
    stdout_has "$1"
    [ "$(value_of generation)" = "$generation" ] || fail 'another generation'
    ki "$title: in service" 1 lookup --kind md5 "$(md5 1)"
}

"$program" key create key >"$work/stdout" || exit 1
id=$(value_of key)
"$program" key create other.key >/dev/null || exit 1

ki 'audit log' 0 list add hotline
ki 'audit log' 0 audit enable
ki 'pin a key, from a file' 0 list add hotline --update --key key.pub
stdout_has "\"key\":\"$id\",\"signed\":false,\"update\":null,\"expires\":null,\"expired\":false"
ki 'pin a key, from its text' 0 list add hotline --update --key "$(tail -n 1 key.pub)"
stdout_has "\"key\":\"$id\""
grep -q "\"type\":\"list\".*\"key\":\"$id\"" index/audit/*.ndjson ||
    fail 'the audit log does not tell the key'
ki 'another change leaves the key' 0 list add hotline --update --radius 20
stdout_has "\"key\":\"$id\""
ki 'no key' 2 list add hotline --update --key /nonexistent
ki 'a key and none' 64 list add hotline --update --key key.pub --no-key

numbers 1 2 >one
sign one 1
ki 'a signed update' 0 list import --kind md5 hotline one
stdout_has '"added":2'
generation=$(value_of generation)
stderr_is ''
ki 'it is told' 0 list show hotline
stdout_has "\"key\":\"$id\",\"signed\":true,\"update\":1,\"expires\":\"$later\",\"expired\":false}"
ki 'by the index too' 0 index status
stdout_has "\"trust\":[{\"list\":\"hotline\",\"key\":\"$id\",\"signed\":true,\"update\":1,\
\"expires\":\"$later\",\"expired\":false}]}"
mkdir copy
cp -r index/MANIFEST index/segments copy
ki 'by a copy without a catalog' 0 index status --index copy
stdout_has "\"trust\":[{\"list\":\"hotline\",\"key\":\"$id\",\"signed\":true,\"update\":1,"
ki 'and by hits' 1 lookup --kind md5 "$(md5 1)"
stdout_has '"purpose":"match","signed":true}]'
ki 'and by entries' 0 entry show hotline e1
stdout_has "$id"
ki 'the same update again' 0 list import --kind md5 hotline one
stdout_has '"read":0,"added":0,"updated":0,"removed":0,"rejected":0,"generation":'"$generation"
stderr_is 'knownimage: one: this update was taken before'

numbers 1 2 3 >two
ki 'no signature' 2 list import --kind md5 hotline two
refused 'there is no signature, and list hotline takes only what is signed with key'
ki 'standard input without a signature' 2 list import --kind md5 hotline - <two
refused 'there is no signature'
sign two 1
ki 'another content of the same serial' 2 list import --kind md5 hotline two
refused 'another update has the serial 1'
sign two 2 other
ki 'of another list' 2 list import --kind md5 hotline two
refused 'signed for the list other, not for hotline'
sign two 2 hotline 2026-01-01T00:00:00Z
ki 'an expired update' 2 list import --kind md5 hotline two --confirm
refused 'the update has expired, at 2026-01-01T00:00:00Z'
"$program" key sign --key other.key --list hotline --serial 2 --expires $later two
ki 'of another key' 2 list import --kind md5 hotline two
refused 'signed with key'
sign two 2
numbers 1 2 3 4 >two
ki 'of another content' 2 list import --kind md5 hotline two
refused 'the signature does not belong to this content'
numbers 1 2 3 >two
"$program" key sign --key key two
ki 'a comment that does not tell' 2 list import --kind md5 hotline two
refused 'the signer does not tell list'
sign two 2
mv two.minisig elsewhere.minisig
title='standard input with a signature'
stdin=two ki "$title" 0 list import --kind md5 --signature elsewhere.minisig hotline -
stdout_has '"added":1'
generation=$(value_of generation)
ki 'nothing is refused any more' 0 index status
stdout_has '"refused":[]'
sign one 1
ki 'an older update' 2 list import --kind md5 hotline one
refused 'the update is older (serial 1) than what the list holds (serial 2)'

ki 'a list without a key' 0 list add plain
ki 'a signature that could not be checked' 2 list import --kind md5 --signature one.minisig \
    plain one
stderr_has 'has no key to check a signature with; pin it: list add plain --update --key FILE'
ki 'one that lies beside' 0 list import --kind md5 plain one
stderr_is 'knownimage: one.minisig is not looked at: list plain has no key'
ki 'its hits are not signed' 1 lookup --kind md5 "$(md5 2)"
stdout_has '"signed":true},{"list":"plain"'
stdout_has '"signed":false}]'

mkdir parts
numbers 5 6 >parts/a
numbers 7 >parts/b
ki 'a manifest' 0 list manifest hotline --serial 3 --expires $later parts/a parts/b
stdout_is "{\"knownimage_list\":1,\"list\":\"hotline\",\"serial\":3,\"expires\":\"$later\",\
\"files\":[{\"name\":\"a\",\"nbytes\":$(wc -c <parts/a),\
\"sha256\":\"$(sha256sum parts/a | cut -c 1-64)\"},{\"name\":\"b\",\
\"nbytes\":$(wc -c <parts/b),\"sha256\":\"$(sha256sum parts/b | cut -c 1-64)\"}]}"
cp "$work/stdout" parts/MANIFEST
"$program" key sign --key key parts/MANIFEST
generation=$("$program" index status | sed 's/.*"generation":\([0-9]*\).*/\1/')
printf 'x' >>parts/b
ki 'a file that is not the one' 2 list import --kind md5 hotline parts/MANIFEST
refused 'manifest: b has more than the'
ki 'nothing of the other file was taken' 0 lookup --kind md5 "$(md5 5)"
numbers 8 >parts/b
ki 'a file of other content' 2 list import --kind md5 hotline parts/MANIFEST
refused 'manifest: b is not the file that it names'
numbers 7 >parts/b
ki 'import of a manifest' 0 list import --kind md5 hotline parts/MANIFEST
stdout_has '"read":3,"added":3,'
generation=$(value_of generation)
ki 'a manifest without files' 64 list manifest hotline --serial 3 --expires $later
ki 'a manifest without a serial' 64 list manifest hotline --expires $later parts/a
ki 'a file twice' 2 list manifest hotline --serial 3 --expires $later parts/a parts/a
stdout_is ''
ki 'a manifest for a list without a key' 2 list import plain parts/MANIFEST
stderr_has 'a manifest of several files is taken only by a list with a key'

ki 'list manifest --help' 0 list manifest --help
stdout_has 'usage: knownimage list manifest [OPTIONS] NAME FILE…'
ki 'key sign without a serial' 64 key sign --key key --list hotline one
ki 'key sign with a bad time' 64 key sign --key key --list hotline --serial 1 \
    --expires tomorrow one
ki 'key sign with a comment' 0 key sign --key key --list hotline --serial 9 \
    --expires $later --comment 'by us' one
ki 'all of it is told' 0 key verify --key key.pub one
stdout_has "\"trusted_comment\":\"by us list=hotline serial=9 expires=$later\"}"
ki 'key sign with a second serial' 2 key sign --key key --list hotline --serial 9 \
    --expires $later --comment serial=8 one

# An update that expires while it is in service.
soon=$(date -u -d '+3 seconds' +%Y-%m-%dT%H:%M:%SZ)
numbers 9 >soon
sign soon 10 hotline "$soon"
ki 'an update that expires soon' 0 list import --kind md5 hotline soon
sleep 4
ki 'it has expired' 0 list show hotline
stdout_has '"expired":true}'
ki 'which lookups tell' 1 lookup --kind md5 "$(md5 9)" "$(md5 9)"
stderr_is 'knownimage: list hotline has expired: its signer meant a newer update to be there by now'
ki 'and scans' 0 scan --quiet "$pictures/$(ls "$pictures" | head -n 1)"
stderr_has 'list hotline has expired'

ki 'without the key' 0 list add hotline --update --no-key
stdout_has '"key":null,"signed":false,"update":null,"expires":null,"expired":false'
ki 'unsigned updates are taken' 0 list import --kind md5 hotline two

if ! command -v minisign >/dev/null; then
    echo 'skipped: minisign is not installed (tools/dev/install-packages.sh --tests)'
    finish
fi
sign one 11
run 'minisign verifies our update' 0 minisign -V -p key.pub -m one
stdout_has "Trusted comment: list=hotline serial=11 expires=$later"
run 'minisign makes keys' 0 minisign -G -W -p their.pub -s their.key
numbers 20 >theirs
run 'minisign signs an update' 0 minisign -S -H -s their.key -m theirs \
    -t "made by hand expires=$later serial=1	list=hotline"
ki 'its key is pinned' 0 list add hotline --update --key their.pub
ki 'which we take' 0 list import --kind md5 hotline theirs
stdout_has '"added":1'
run 'minisign signs the legacy way' 0 minisign -S -l -s their.key -m theirs \
    -t "list=hotline serial=2 expires=$later"
generation=$("$program" index status | sed 's/.*"generation":\([0-9]*\).*/\1/')
ki 'which is refused' 2 list import --kind md5 hotline theirs
refused 'a legacy signature'
finish
