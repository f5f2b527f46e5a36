#!/bin/bash
# Help and version: every command explains itself, on stdout, with status 0.
. "${0%/*}/lib.sh"

commands='hash lookup scan list:add list:import list:show list:export list:remove
list:check list:quarantine list:release
index:status index:publish index:verify index:prune'

for words in $commands; do
    command=${words/:/ }
    # shellcheck disable=SC2086
    ki "$command --help" 0 $command --help
    stdout_has "usage: knownimage $command [OPTIONS]"
    stdout_has "--index DIR"
    stdout_has "-h, --help"
    stderr_is ''
    cp "$work/stdout" "$work/long"
    # shellcheck disable=SC2086
    ki "$command -h" 0 $command -h
    stdout_is "$(cat "$work/long")"
    # shellcheck disable=SC2086
    ki "help $command" 0 help $command
    stdout_is "$(cat "$work/long")"
done

for option in --help -h help; do
    ki "$option" 0 $option
    for words in $commands; do
        stdout_has "  ${words/:/ } "
    done
done

for group in list index; do
    ki "help $group" 0 help $group
    stdout_has "  $group "
    stdout_lacks '  scan '
    ki "$group --help" 0 $group --help
    stdout_has "  $group "
done

ki 'list import --help names the formats' 0 list import --help
stdout_has '[auto, '
ki 'list import --help names the kinds' 0 list import --help
stdout_has '[pdq, md5, sha1, sha256, photodna]'
ki 'scan --help names the fidelities' 0 scan --help
stdout_has '[exact, high, fast]'

ki 'version' 0 --version
grep -q -x 'knownimage [0-9]*\.[0-9]*\.[0-9]*' "$work/stdout" || fail 'odd version'
finish
