#!/bin/bash
# A result that cannot be written is a failure: status 2 and a message, never silence.
. "${0%/*}/lib.sh"
export KNOWNIMAGE_INDEX=$work/here/index
"$program" list add hotline >/dev/null || exit 1
cp "$pictures/scene-64x64.png" a.png

# lost COMMAND…: stdout is full, or closed.
lost() {
    run "$* >/dev/full" 2 bash -c '"$@" >/dev/full' - "$program" "$@"
    stderr_has 'cannot write to standard output'
    run "$* >&-" 2 bash -c '"$@" >&-' - "$program" "$@"
    stderr_has 'cannot write to standard output'
}
lost --version
lost --help
lost scan --help
lost hash a.png
lost scan -q a.png
lost scan -q --format text a.png
lost scan -q --format csv a.png
lost lookup --kind md5 00000000000000000000000000000001
lost list show
lost list export hotline
lost list add again --update
lost index status
lost index publish
lost index verify
lost index prune

mkdir folder
for i in $(seq 300); do cp a.png "folder/$i.png"; done
run 'a reader that goes away ends the scan' 0 bash -c \
    "'$program' scan -q folder | head -n 1 >/dev/null; [ \${PIPESTATUS[0]} -eq 2 ]"
run 'everything closed' 2 bash -c "'$program' scan a.png <&- >&- 2>&-"
ki 'the index is unharmed' 0 index verify
stdout_is '{"is_good":true,"problems":0,"catalog":"good","is_current":true}'
finish
