#!/bin/bash
# Usage errors: status 64, nothing on stdout, a message and a hint on stderr.
. "${0%/*}/lib.sh"

# usage MESSAGE ARGUMENT…
usage() {
    local text=$1
    shift
    ki "refuses: $*" 64 "$@"
    stdout_is ''
    stderr_has "$text"
    stderr_has "try 'knownimage"
}

usage 'which command?'
usage "unknown command 'frob'" frob
usage "unknown option '--frob'" --frob
usage 'list: which command?' list
usage "list: unknown command 'frob'" list frob
usage 'index: which command?' index
usage "no help on 'frob'" help frob
usage "no help on 'frob'" help list frob

for words in hash scan lookup list:add list:import list:show list:export list:remove \
    index:status index:publish index:verify index:prune; do
    command=${words/:/ }
    # shellcheck disable=SC2086
    usage "$command: unknown or ambiguous option --frob" $command --frob
    # shellcheck disable=SC2086
    usage "$command: unknown option -Z" $command -Z
    # shellcheck disable=SC2086
    usage "$command: option --index needs an argument: DIR" $command --index
    # shellcheck disable=SC2086
    usage "$command: option --index needs some text, not ''" $command --index ''
done

for words in index:status index:publish index:verify index:prune; do
    command=${words/:/ }
    # shellcheck disable=SC2086
    usage "$command: unexpected argument 'x'" $command x
done

usage 'hash: too few arguments' hash
usage 'hash: option --kinds needs' hash --kinds pdq,crc x
usage 'hash: option --kinds needs' hash --kinds '' x
usage 'hash: option --kinds needs' hash --kinds pdq, x
usage 'hash: option --modes needs' hash --modes photo x
usage 'hash: option --dihedral takes no argument' hash --dihedral=1 x
usage 'scan: too few arguments' scan
usage 'scan: - can be given only once' scan - x -
usage 'scan: option --jobs needs' scan --jobs 0 x
usage 'scan: option --jobs needs' scan --jobs 1025 x
usage 'scan: option --jobs needs' scan --jobs -1 x
usage 'scan: option --jobs needs' scan --jobs 2x x
usage 'scan: option --jobs needs' scan -j ' 2' x
usage 'one of ndjson, text, csv' scan --format xml x
usage 'scan: option --max-hits needs' scan --max-hits many x
for size in '' 0 x 1X 1KB -1 1.5M 16777216T 99999999999999999999; do
    usage 'scan: option --max-file-size needs' scan --max-file-size "$size" x
done
for n in 0 1k +1 18446744073709551616; do
    usage 'scan: option --max-pixels needs' scan --max-pixels "$n" x
done
usage 'scan: option --max-side needs' scan --max-side 4294967296 x
for seconds in 0 0.0 .5 1. 1.0000001 1s 4294967296; do
    usage 'scan: option --max-cpu needs' scan --max-cpu "$seconds" x
done
usage 'lookup: too few arguments' lookup --kind pdq
usage 'lookup: --kind is needed' lookup 00
usage 'one of pdq, md5, sha1, sha256' lookup --kind crc 00
usage 'lookup: option --radius needs' lookup --kind pdq --radius 48 00
usage 'lookup: --radius is for --kind pdq only' lookup --kind md5 --radius 3 00
usage 'list add: too few arguments' list add
usage "list add: unexpected argument 'b'" list add a b
usage 'one of match, allow, test' list add a --purpose deny
usage 'one of observe, review, block' list add a --action kill
usage 'list add: option --radius needs' list add a --radius 48
usage 'list add: option --min-quality needs' list add a --min-quality 101
usage 'list import: too few arguments' list import a
usage "list import: unexpected argument 'c'" list import a b c
usage 'list import: option --format needs' list import a b --format zip
usage 'list import: option --kind needs' list import a b --kind crc
usage "list show: unexpected argument 'b'" list show a b
usage 'list export: too few arguments' list export
usage 'one of csv, pdq-text, ndjson' list export a --format pdf
usage 'list remove: too few arguments' list remove
usage 'list check: too few arguments' list check
usage 'list check: option --neighbours needs' list check a --neighbours 0
usage 'one of json, text' list check a --format csv
usage 'list quarantine: too few arguments' list quarantine
usage 'list release: too few arguments' list release a
[ ! -e "$HOME/.local" ] || fail 'a usage error made the index folder'
finish
