#!/bin/bash
# hash: lines of files, folders and stdin; what cannot be hashed is null.
. "${0%/*}/lib.sh"

cp "$pictures/scene-64x64.png" a.png
cp "$pictures/tiny-1x1.png" tiny.png
printf 'hello\n' >text.txt
: >empty
head -c 1500 a.png >half.png

pdq=814dc7b08e7b9cda032def4ec48d0f58dcf330290bd9c1e42c1f4fe4e1e2b913
md5=45cb96474050cd062ba45680f0bde173
sha1=faa891e256c1f3a9e8bce5715bc1a11021b7f9c9
sha256=3454f0aa6297e4b9b06f7f477bd06a7dcf1c36c0b7b746fa0b7023aa5dee3e6e
zeros=0000000000000000000000000000000000000000000000000000000000000000
head='"format":"png","width":64,"height":64,"bytes":2925'
digests="\"md5\":\"$md5\",\"sha1\":\"$sha1\",\"sha256\":\"$sha256\""

ki 'a picture' 0 hash a.png
stdout_is "{\"path\":\"a.png\",$head,\"pdq\":\"$pdq\",\"quality\":100,$digests}"
stderr_is ''

stdin=a.png ki 'standard input' 0 hash -
stdout_is "{\"path\":\"-\",$head,\"pdq\":\"$pdq\",\"quality\":100,$digests}"

ki 'kinds' 0 hash --kinds sha1,md5 a.png
stdout_is "{\"path\":\"a.png\",\"format\":\"png\",\"width\":null,\"height\":null,\
\"bytes\":2925,\"md5\":\"$md5\",\"sha1\":\"$sha1\"}"

ki 'both modes' 0 hash --kinds pdq --modes pdq,pdq-nn512 --exact a.png
stdout_is "{\"path\":\"a.png\",$head,\"pdq\":\"$pdq\",\"quality\":100,\
\"pdq_nn512\":\"$pdq\",\"quality_nn512\":100}"

ki 'dihedral' 0 hash --kinds pdq --dihedral a.png
stdout_has "\"dihedral\":{\"original\":\"$pdq\",\"rot90\":\"7693bd69"
for name in rot180 rot270 flipx flipy flipplus1 flipminus1; do
    stdout_has "\"$name\":\""
done
ki 'dihedral of the other mode' 0 hash --modes pdq-nn512 --kinds pdq --dihedral a.png
stdout_has "\"dihedral_nn512\":{\"original\":\"$pdq\""
stdout_lacks '"pdq":'

ki 'too small: hashed to zeros, with a reason' 0 hash --kinds pdq tiny.png
stdout_is "{\"path\":\"tiny.png\",\"format\":\"png\",\"width\":1,\"height\":1,\
\"bytes\":69,\"pdq\":\"$zeros\",\"quality\":0,\"reason\":\"too-small\"}"

ki 'not a picture: digests, no PDQ, status 2' 2 hash --kinds pdq,md5 text.txt
stdout_is '{"path":"text.txt","format":"unknown","width":null,"height":null,"bytes":6,'\
'"pdq":null,"quality":null,"md5":"b1946ac92492d2347c6235b4d2611184",'\
'"reason":"unsupported-format"}'

ki 'half a picture' 2 hash --kinds pdq half.png
stdout_is '{"path":"half.png","format":"png","width":64,"height":64,"bytes":1500,'\
'"pdq":null,"quality":null,"reason":"truncated"}'

ki 'an empty file' 2 hash --kinds pdq empty
stdout_is '{"path":"empty","format":"unknown","width":null,"height":null,"bytes":0,'\
'"pdq":null,"quality":null,"reason":"empty"}'

ki 'no such file; the others go on' 2 hash --kinds md5 missing a.png
stdout_is "{\"path\":\"missing\",\"format\":\"unknown\",\"width\":null,\
\"height\":null,\"bytes\":null,\"md5\":null,\"reason\":\"unreadable\"}
{\"path\":\"a.png\",\"format\":\"png\",\"width\":null,\"height\":null,\"bytes\":2925,\
\"md5\":\"$md5\"}"
stderr_is 'knownimage: missing: No such file or directory'

ki 'a limit' 2 hash --kinds pdq --max-side 63 a.png
stdout_has '"pdq":null,"quality":null,"reason":"limit:side"}'
ki 'a limit just kept' 0 hash --kinds pdq --max-side 64 --max-pixels 4096 a.png
ki 'a limit on bytes' 2 hash --max-file-size 2924 a.png
stdout_has '"sha256":null,"reason":"limit:file-size"}'
ki 'a size with a unit' 0 hash --max-file-size 3kib a.png
ki 'a limit on time in decimals' 0 hash --max-cpu 2.5 a.png

mkdir -p folder/b
cp a.png folder/c
cp a.png folder/b/x
cp a.png folder/a
ki 'a folder, in order of name' 0 hash --kinds md5 folder
sed 's/{"path":"\([^"]*\).*/\1/' "$work/stdout" >"$work/order"
printf 'folder/a\nfolder/b/x\nfolder/c\n' | cmp - "$work/order" || fail 'order'

ki 'the published vectors' 0 hash --exact --kinds pdq "$pictures"
sed 's/.*\/\([^"\/]*\)".*"pdq":"\([0-9a-f]*\)","quality":\([0-9]*\).*/\1,\2,\3/' \
    "$work/stdout" | sort >"$work/got"
# Below a quality of 50 the bits are rounding noise and may differ.
awk -F, 'FNR == NR { if (FNR > 1 && $6 >= 50) want[$1] = $5 "," $6; next }
         ($1 in want) { n++; if (want[$1] != $2 "," $3) { print $1; bad = 1 } }
         END { exit bad || n < 35 }' "$2/vectors.csv" "$work/got" ||
    fail 'a hash is not the published one'
finish
