#!/usr/bin/env bash
# The command line links no codec; the worker links nothing of the rest.
# usage: see CMakeLists.txt
source "$(dirname "$0")/lib.sh" "$@"

loads() { # PROGRAM REGEX
    readelf -d "$1" | grep NEEDED | grep -E "$2"
}
has_symbol() { # PROGRAM REGEX
    { nm "$1" 2>/dev/null; nm -D "$1"; } | grep -E "$2"
}
lacks() {
    ! "$@"
}

codecs='jpeg_(read|start|create|CreateD|finish)|png_(read|create|set)|inflate(Init|End|$|@)|isal_inflate|ki_decode|ki_png|ki_decoder|ki_gunzip'
check "the program loads no codec" lacks loads "$program" 'jpeg|png|libz|isal'
check "the program has no symbol of one" lacks has_symbol "$program" " [A-Za-z] ($codecs)"
check "the worker has them: the check can fail" has_symbol "$worker" " [A-Za-z] ($codecs)"
check "the worker loads neither index nor digests" lacks loads "$worker" \
    'crypto|lmdb|jansson|xxhash'
check "the worker has no symbol of them" lacks has_symbol "$worker" \
    ' [A-Za-z] (EVP_|mdb_|ki_index|ki_scan|ki_match)'
exit $((failures > 0))
