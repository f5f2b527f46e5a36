#!/bin/bash
# key: pairs and signatures, in both directions with Debian's minisign.
. "${0%/*}/lib.sh"

printf 'serial 7\n' >content
printf 'serial 8\n' >other
ki 'key create' 0 key create ours.key
stdout_has '"secret":"ours.key","public":"ours.key.pub"}'
id=$(value_of key)
run 'the secret key is for its owner alone' 0 test "$(stat -c %a ours.key)" = 600
ki 'an existing key is kept' 2 key create ours.key
stderr_has 'ours.key exists already'

ki 'key sign' 0 key sign --key ours.key --comment 'serial:7' content
stdout_is ''
ki 'key verify' 0 key verify --key ours.key.pub content
stdout_is "{\"key\":\"$id\",\"trusted_comment\":\"serial:7\"}"
ki 'another content' 1 key verify --key ours.key.pub --signature content.minisig other
stdout_is ''
stderr_has 'does not belong to this content'
sed 's/serial:7/serial:9/' content.minisig >changed
ki 'another comment' 1 key verify --key ours.key.pub --signature changed content
stderr_has 'the trusted comment is not the one that was signed'
ki 'another key' 0 key create second.key
ki 'of another key' 1 key verify --key second.key.pub --signature content.minisig content
stderr_has 'signed with key'
head -n 2 content.minisig >cut
ki 'a cut signature' 2 key verify --key ours.key.pub --signature cut content
stderr_has 'cut, line 3: missing'
ki 'no signature' 2 key verify --key ours.key.pub other
stderr_has 'other.minisig does not exist'
ki 'no key' 64 key verify content

if ! command -v minisign >/dev/null; then
    echo 'skipped: minisign is not installed'
    finish
fi
run 'minisign verifies ours' 0 minisign -V -p ours.key.pub -m content
stdout_has 'Trusted comment: serial:7'
run 'minisign refuses another content' 1 \
    minisign -V -p ours.key.pub -x content.minisig -m other
run 'minisign signs with our key' 0 \
    minisign -S -H -s ours.key -t theirs -x theirs.minisig -m content
ki 'which we verify' 0 key verify --key ours.key.pub --signature theirs.minisig content
stdout_is "{\"key\":\"$id\",\"trusted_comment\":\"theirs\"}"
run 'minisign makes keys' 0 minisign -G -W -p their.pub -s their.key
run 'and signs with them' 0 minisign -S -H -s their.key -t own -m other
ki 'we verify that' 0 key verify --key their.pub other
stdout_has '"trusted_comment":"own"'
ki 'we sign with their key' 0 key sign --key their.key --comment swapped other
run 'and minisign verifies it' 0 minisign -V -p their.pub -m other
run 'minisign signs the legacy way' 0 minisign -S -l -s their.key -m content
ki 'which is refused' 2 key verify --key their.pub content
stderr_has 'a legacy signature'
finish
