#!/bin/bash
# Hostile file names, links, pipes, devices and closed folders.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
"$program" list add hotline >/dev/null || exit 1

mkdir -p folder/sub
picture=$pictures/scene-64x64.png
cp "$picture" "folder/sub/a.png"
cp "$picture" $'folder/b\xff\n\x1b[2Jmatch.png'
cp "$picture" "folder/-"
ln -s sub/a.png folder/link.png
ln -s sub folder/linkdir
ln -s . folder/sub/loop
ln -s nowhere folder/dangling
mkfifo folder/fifo

ki 'a folder with links and a pipe' 0 scan --ordered folder
sed 's/,"verdict".*//' "$work/stdout" >paths
cat >expected <<'EOF'
{"path":"folder/-"
{"path":"folder/b�\n\u001b[2Jmatch.png","path_bytes":"666f6c6465722f62ff0a1b5b324a6d617463682e706e67"
{"path":"folder/sub/a.png"
EOF
diff expected paths | cat -v
cmp -s expected paths || fail 'paths'
stderr_has 'knownimage: 3 files: 0 matches, 3 no match, 0 not examined'
stderr_has 'knownimage: skipped: 4 symbolic links, 1 special files'

ki 'hash walks the same way' 0 hash --kinds md5 folder
sed 's/,"format".*//' "$work/stdout" | cmp -s expected - || fail 'paths of hash'
stderr_is 'knownimage: skipped: 4 symbolic links, 1 special files'

ki 'text: no escape sequence, one line a file' 0 scan -q --ordered --format text folder
stdout_is 'no_match      -             -  folder/-
no_match      -             -  folder/b\xff\n\x1b[2Jmatch.png
no_match      -             -  folder/sub/a.png'
ki 'csv: the bytes are kept in hex' 0 scan -q --ordered --format csv folder
stdout_has ',666f6c6465722f62ff0a1b5b324a6d617463682e706e67,'

ki 'messages are escaped too' 2 scan -q $'no\n\x1b\xff'
stderr_is 'knownimage: no\n\x1b\xff: No such file or directory'

ki 'a link that is named is followed' 0 scan -q folder/link.png
stdout_has '"path":"folder/link.png","verdict":"no_match"'
ki 'a linked folder that is named is followed' 0 scan -q folder/linkdir
stdout_has '"path":"folder/linkdir/a.png"'
ki 'a dangling link' 2 scan -q folder/dangling
stdout_has '"reason":"unreadable"'
ki 'a pipe that is named' 2 scan -q folder/fifo
stdout_has '"path":"folder/fifo","verdict":"not_examined","tier":null,"reason":"not-a-file"'
ki 'a device that is named' 2 scan -q /dev/null
stdout_has '"reason":"not-a-file"'
ki 'a file named - by its folder' 0 scan -q ./folder/-
stdout_has '"path":"./folder/-"'
ki 'options end at --' 2 scan -q -- --format
stdout_has '"path":"--format"'
ki 'an empty folder' 0 scan -q "$work/home"
stdout_is ''
ki 'an empty path' 2 scan -q ''
stdout_has '"path":"","verdict":"not_examined"'

if [ "$(id -u)" -ne 0 ]; then
    chmod 0 folder/sub
    ki 'a folder that cannot be read' 2 scan -q folder
    stdout_has '"path":"folder/sub","verdict":"not_examined","tier":null,"reason":"unreadable"'
    stderr_has 'knownimage: folder/sub: Permission denied'
    chmod 700 folder/sub
fi

printf 'entry,kind,hash,category_scheme,category_code\nid\xff\x1b[2J,md5,%s,,\n' \
    "$(hash_of "$picture" md5)" >list.csv
"$program" list import hotline list.csv >/dev/null 2>"$work/stderr" || true
if "$program" list export hotline | grep -q md5; then
    ki 'an entry id that is no UTF-8' 1 scan -q --format text "folder/sub/a.png"
    stdout_is 'match         exact         hotline/id\xff\x1b[2J md5 0 original  folder/sub/a.png'
    ki 'and in JSON' 1 scan -q "folder/sub/a.png"
    stdout_has '"entry_bytes":"6964ff1b5b324a"'
fi
finish
