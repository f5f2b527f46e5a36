#!/bin/bash
# The example program: an index, bytes, a verdict, with the shared library alone.
. "${0%/*}/lib.sh"
example=$3
export KNOWNIMAGE_INDEX=$work/here/index
"$program" list add hotline >/dev/null || exit 1
printf 'entry,kind,hash,category_scheme,category_code\nk1,pdq,%s,,\n' \
    "$(hash_of "$pictures/scene-512x512.png" pdq)" >list.csv
"$program" list import hotline list.csv >/dev/null || exit 1

stdin=$pictures/scene-512x512.png run 'a match' 0 "$example" index
stdout_is 'match
  list hotline, entry k1, pdq at distance 0'
stdin=$pictures/scene-800x600.png run 'no match' 0 "$example" index
stdout_is 'no_match'
stdin=list.csv run 'not a picture' 0 "$example" index
stdout_is 'not_examined (unsupported-format)'
run 'no index' 1 "$example" nowhere
stdout_is ''
run 'no arguments' 1 "$example"
stderr_is 'usage: example INDEX-FOLDER < PICTURE'
finish
