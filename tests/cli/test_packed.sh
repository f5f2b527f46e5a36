#!/bin/bash
# Lists packed with gzip: the same comes of them as of the plain ones; what is damaged,
# cut off or a bomb imports nothing.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
later=2099-12-31T00:00:00Z

md5=900150983cd24fb0d6963f7d28e17f72
sha1=a9993e364706816aba3e25717850c26c9cd0d89d
for i in $(seq 400); do
    printf '%s  picture-%d.jpg\n' "$(printf '%d' "$i" | md5sum | cut -c 1-32)" "$i"
done >hash-text
{
    echo 'entry,md5,sha1'
    echo "one,$md5,$sha1"
    echo 'two,x,'
} >csv
printf '{"t":"md5","h":"%s","id":"n","src":"7"}\n{"t":"md5","h":"x"}\n' $md5 >ndjson
printf '{"@odata.context":"http://x/2.0.xml/US/$metadata#Media","value":[%s,\n%s]}' \
    "{\"Category\":1,\"MD5\":\"$md5\"}" '{"Category":1,"MD5":"x"}' >vics-json
printf '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images>%s%s' \
    "<image><member id=\"42\">E</member><id>a</id><fingerprints><md5>$md5</md5>" \
    '</fingerprints></image></images></queryResult>' >ncmec-xml
for picture in "$pictures"/*.jpg; do
    printf 'hash=%s,quality=100,filename=%s\n' "$(hash_of "$picture" pdq)" \
        "${picture##*/}"
done | grep -E '^hash=.{64},' | head -n 5 >pdq-text
formats='hash-text csv ndjson vics-json ncmec-xml pdq-text'
if command -v sqlite3 >/dev/null; then
    sqlite3 tsk-kdb "CREATE TABLE db_properties(name,value); CREATE TABLE hashes(
        id INTEGER PRIMARY KEY,md5 BINARY(16) UNIQUE,sha1 BINARY(20),sha2_256 BINARY(32));
        INSERT INTO hashes(md5) VALUES (x'$md5');"
    formats+=' tsk-kdb'
fi

# What an import says, but for the list and the generation.
said() {
    sed 's/"list":"[^"]*"//;s/"generation":[0-9]*//' "$work/stdout"
    sed 's/knownimage: [^:]*//' "$work/stderr"
}
for format in $formats; do
    ki "$format: a list" 0 list add "plain-$format"
    ki "$format: another" 0 list add "packed-$format"
    gzip -c "$format" >"$format.packed"
    ki "$format: plain" 0 list import "plain-$format" "$format"
    stdout_has "\"format\":\"$format\""
    said >plain.said
    ki "$format: packed" 0 list import "packed-$format" "$format.packed"
    said >packed.said
    cmp -s plain.said packed.said || fail "$(diff plain.said packed.said)"
    for list in plain packed; do
        "$program" list export "$list-$format" --format ndjson >$list.exported
    done
    cmp -s plain.exported packed.exported || fail "the entries differ"
done
ki 'the digest is that of the packed file' 0 entry show packed-csv one
stdout_has "\"file_sha256\":\"$(sha256sum csv.packed | cut -c 1-64)\""

stdin=hash-text.packed ki 'standard input' 0 list import packed-hash-text -
stdout_has '"unchanged":400,'
cat hash-text.packed | ki 'a pipe' 0 list import packed-hash-text /dev/stdin
head -c 300 hash-text | gzip -9n >members
tail -c +301 hash-text | gzip -1 >>members
ki 'members one after the other' 0 list import packed-hash-text members
stdout_has '"read":400,"added":0,"updated":0,"removed":0,"rejected":0,'
head -c 1000 /dev/zero >>members
ki 'zeros behind them' 0 list import packed-hash-text members
stdout_has '"unchanged":400,'
ki 'a stated format' 0 list import --format hash-text packed-hash-text members
ki 'a replacement' 0 list import --replace packed-hash-text hash-text.packed
stdout_has '"unchanged":400,'
: | gzip >nothing
ki 'an empty list' 0 list import packed-hash-text nothing
stderr_is 'knownimage: nothing: no records'

"$program" list add hotline >/dev/null
empty_export=$("$program" list export hotline --format ndjson)
# refused FILE REASON
refused() {
    stderr_has "knownimage: $1: $2"
    stdout_is ''
    [ "$("$program" list export hotline --format ndjson)" = "$empty_export" ] ||
        fail 'the list has entries'
    ki "$title: told by status" 0 index status
    stdout_has "\"refused\":[{\"list\":\"hotline\""
    stdout_has "$2"
}
{ cat hash-text.packed && echo x; } >garbage
ki 'garbage behind it' 2 list import hotline garbage
refused garbage 'the gzip data are damaged, at most 16384 bytes before byte'
gzip -c hash-text.packed >twice
ki 'gzip within gzip' 2 list import hotline twice
refused twice 'the file looks like gzip within gzip (unpack it with zcat), which this'
printf 'BZh91AY&SY' >other
ki 'bzip2' 2 list import hotline other
refused other 'the file looks like a bzip2 file (unpack it with bzcat), which this version'
printf '\3757zXZ\0\0' >other
ki 'xz' 2 list import hotline other
refused other 'the file looks like an xz file (unpack it with xzcat), which this version'
printf 'PK\3\4\24' >other
ki 'zip' 2 list import hotline other
refused other 'the file looks like a zip archive (unpack it with unzip -p), which this'
gzip -c other >other.gz
ki 'zip within gzip' 2 list import hotline other.gz
refused other.gz 'the file looks like a zip archive'

nbytes=$(wc -c <hash-text.packed)
for i in $(seq 0 49); do
    at=$((nbytes * i / 50))
    head -c $at hash-text.packed >cut
    if [ $at -ge 2 ]; then
        ki "cut off after $i/50" 2 list import hotline cut
        stderr_is "knownimage: cut: the gzip data are cut off at byte $at of the packed file"
    fi
done
refused cut 'the gzip data are cut off at byte'

# Each of the header, with the name, and others all over: refused, or, in time, system,
# hints and name, the same list.
"$program" list export plain-hash-text --format ndjson >whole.exported
nunnoticed=0
for at in $(seq 0 22) $(seq 23 97 $((nbytes - 9))) $(seq $((nbytes - 8)) $((nbytes - 1))); do
    cp hash-text.packed flipped
    byte=$(od -An -tu1 -j "$at" -N 1 flipped)
    printf "\\x$(printf '%x' $((byte ^ (1 << at % 8))))" |
        dd of=flipped bs=1 seek="$at" conv=notrunc status=none
    title="a bit of byte $at"
    status=0
    "$program" list import hotline flipped >"$work/stdout" 2>"$work/stderr" || status=$?
    "$program" list export hotline --format ndjson >now.exported
    if [ $status -eq 0 ] && [ "$at" -lt 23 ] && cmp -s now.exported whole.exported; then
        nunnoticed=$((nunnoticed + 1))
        printf 'ok: %s, which says nothing\n' "$title"
        "$program" list remove hotline >/dev/null && "$program" list add hotline >/dev/null
    elif [ $status -ne 2 ] || [ "$(cat now.exported)" != "$empty_export" ]; then
        fail "status $status" "$(cat "$work/stdout" "$work/stderr")"
    else
        printf 'ok: %s\n' "$title"
    fi
done
title='the header has bytes that say nothing, and others'
[ $nunnoticed -ge 6 ] && [ $nunnoticed -le 18 ] || fail "$nunnoticed"

head -c 64M /dev/zero | gzip >zeros
for _ in $(seq 16); do cat zeros; done >bomb
begin=$SECONDS
ki 'a bomb of 1 GiB' 2 list import hotline bomb
[ $((SECONDS - begin)) -le 10 ] || fail "it took $((SECONDS - begin)) s"
refused bomb 'unpacks to more than 200 times its size'
if [ -x /usr/bin/time ] && ! nm "$program" 2>/dev/null | grep -q __asan_init; then
    title='a bomb costs no memory'
    /usr/bin/time -f %M -o used "$program" list import hotline bomb 2>/dev/null
    [ "$(tail -n 1 used)" -lt 65536 ] || fail "$(cat used) KiB"
    printf 'ok: %s\n' "$title"
fi

"$program" key create key >/dev/null
"$program" list add signed --key key.pub >/dev/null
"$program" key sign --key key --list signed --serial 1 --expires $later hash-text.packed
ki 'signed and packed' 0 list import signed hash-text.packed
stdout_has '"added":400,'
"$program" key sign --key key --list signed --serial 2 --expires $later members
cp members.minisig kept.minisig
title='signed and packed, from standard input'
stdin=members ki "$title" 0 list import --signature kept.minisig signed -
stdout_has '"unchanged":400,'
cp hash-text.packed changed
"$program" key sign --key key --list signed --serial 3 --expires $later changed
printf '\0' >>changed
title='what is not signed is not unpacked'
KNOWNIMAGE_WORKER=/nonexistent ki "$title" 2 list import signed changed
stderr_has 'the signature does not belong to this content'
"$program" key sign --key key --list signed --serial 3 --expires $later cut
ki 'what is signed may be damaged' 2 list import signed cut
stderr_has 'cut: the gzip data are cut off at byte'
mkdir parts
head -n 10 hash-text | gzip >parts/a
tail -n 10 hash-text >parts/b
gzip -c hash-text >parts/c
"$program" list manifest signed --serial 4 --expires $later parts/a parts/b parts/c \
    >parts/MANIFEST
"$program" key sign --key key parts/MANIFEST
ki 'a manifest of packed and plain files' 0 list import signed parts/MANIFEST
stdout_has '"read":420,'
head -c 1000 hash-text.packed >parts/c
"$program" list manifest signed --serial 5 --expires $later parts/a parts/b parts/c \
    >parts/MANIFEST
"$program" key sign --key key parts/MANIFEST
ki 'a manifest of which one file is damaged' 2 list import signed parts/MANIFEST
stderr_has 'parts/MANIFEST: c: the gzip data are cut off at byte 1000 of the packed file'

title='no worker to unpack'
KNOWNIMAGE_WORKER=/nonexistent ki "$title" 2 list import hotline hash-text.packed
stderr_has 'cannot use /nonexistent as the program that decodes'
printf '#!/bin/sh\necho $$ >%s\nexec sleep 60\n' "$work/worker.pid" >worker
chmod +x worker
title='SIGINT while it is unpacked'
set -m
KNOWNIMAGE_WORKER=$work/here/worker "$program" list import hotline hash-text.packed \
    >"$work/stdout" 2>"$work/stderr" &
child=$!
set +m
for _ in $(seq 100); do
    [ ! -s "$work/worker.pid" ] || break
    sleep 0.1
done
kill -s INT $child
status=0
wait $child || status=$?
[ $status -eq 130 ] || fail "status $status, expected 130" "$(cat "$work/stderr")"
stderr_has 'interrupted: nothing was changed'
! kill -0 "$(cat "$work/worker.pid")" 2>/dev/null || fail 'the worker lives on'
[ $status -ne 130 ] || printf 'ok: %s\n' "$title"
ki 'the index is whole' 0 index verify
finish
