#!/bin/bash
# A snapshot: lists exported, signed, imported on another machine; the same verdicts, with
# what was put into quarantine there or released from it.
. "${0%/*}/lib.sh"
later=2099-12-31T00:00:00Z

hash_of() { # FILE KEY
    "$program" hash --dihedral "$1" | sed "s/.*\"$2\":\"\([0-9a-f]*\)\".*/\1/"
}

# Two lists of pictures, near and exact, with categories, members and votes.
export KNOWNIMAGE_INDEX=$work/here/one
"$program" list add first --source one --action block >/dev/null || exit 1
"$program" list add second --source two --purpose allow >/dev/null || exit 1
mapfile -t files < <(find "$pictures" -type f | LC_ALL=C sort)
n=0
for file in "${files[@]}"; do
    n=$((n + 1))
    pdq=$(hash_of "$file" pdq)
    md5=$(hash_of "$file" md5)
    case $((n % 4)) in
    0) printf '{"t":"pdq","h":"%s","id":"p%d","src":"m %d","ts":1700000000}\n' \
        "$pdq" "$n" "$n" >>first.ndjson ;;
    1) printf '{"t":"md5","h":"%s","id":"x%d","votes":{"for":1,"against":%d}}\n' \
        "$md5" "$n" "$n" >>first.ndjson ;;
    2) printf '{"t":"pdq","h":"%s","id":"c%d","cls":{"scheme":"vics-uk","code":"1"}}\n' \
        "$pdq" "$n" >>first.ndjson ;;
    3) printf '{"t":"md5","h":"%s","id":"a%d"}\n' "$md5" "$n" >>second.ndjson ;;
    esac
done
ki 'the first list' 0 list import first first.ndjson
ki 'the second list' 0 list import second second.ndjson
printf '[allow]\nvotes-demote = 2\n' >one/policy.conf

# Two entries that are like harmless pictures, of which a person looked at one.
mkdir benign
cp "${files[3]}" "${files[7]}" benign/
ki 'a check finds two' 0 list check first --benign benign --quarantine
ki 'one is released' 0 list release first p4
ki 'one stays' 0 list quarantine first
grep -q '"entry":"p8"' "$work/stdout" || fail 'p8 is not in quarantine'
! grep -q '"entry":"p4"' "$work/stdout" || fail 'p4 is still in quarantine'

# Verdicts without what differs from run to run and from machine to machine.
verdicts() {
    "$program" scan "$pictures" 2>/dev/null |
        sed -E 's/"(generation|elapsed_us)":[0-9]+//g; s/,?"signed":(true|false)//g' |
        LC_ALL=C sort
}
verdicts >before
grep -q '"verdict":"match"' before || fail 'nothing matched'
grep -q '"inert":true' before || fail 'nothing is inert'
grep -q '"votes"' before || fail 'no votes are told'
grep -q '"member":"m ' before || fail 'no member is told'

"$program" key create key >/dev/null || exit 1
for list in first second; do
    "$program" list export "$list" --format ndjson >"$list.snapshot"
    ki "$list is signed" 0 key sign --key key --list "$list" --serial 1 \
        --expires "$later" "$list.snapshot"
done

export KNOWNIMAGE_INDEX=$work/here/other
"$program" list add first --source one --action block --key key.pub >/dev/null || exit 1
"$program" list add second --source two --purpose allow --key key.pub >/dev/null || exit 1
for list in first second; do
    ki "$list goes to another machine" 0 list import "$list" "$list.snapshot" --keep-releases
    "$program" list export "$list" --format ndjson | cmp -s - "$list.snapshot" ||
        fail 'exported again it is another'
done
cp one/policy.conf other/
verdicts >after
cmp before after || fail 'other verdicts' "$(diff before after | head -5)"
finish
