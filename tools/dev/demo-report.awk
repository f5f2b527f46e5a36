# Joins a corpus manifest with scan verdicts and prints what a person wants to know.
# usage: awk -v root=CORPUS/ -f demo-report.awk manifest.ndjson verdicts.ndjson
# Exits with 1 if a verdict contradicts the manifest.

# The value of a string or bare member; "" for null and for none.
function member(line, name,    rest, at) {
    at = index(line, "\"" name "\":")
    if (!at)
        return ""
    rest = substr(line, at + length(name) + 3)
    if (substr(rest, 1, 1) == "\"") {
        rest = substr(rest, 2)
        return substr(rest, 1, index(rest, "\"") - 1)
    }
    sub(/[,}].*/, "", rest)
    return rest == "null" ? "" : rest
}

function note_alteration(name) {
    if (!(name in total))
        order[++norder] = name
    total[name]++
}

NR == FNR {
    path = root member($0, "path")
    class[path] = member($0, "class")
    alteration[path] = member($0, "alteration")
    expected[path] = member($0, "expected")
    expected_reason[path] = member($0, "reason")
    has_pdq[path] = index($0, "\"hotline-a\"") > 0
    next
}

{
    path = member($0, "path")
    if (!(path in class))
        next
    verdict = member($0, "verdict")
    reason = member($0, "reason")
    nfiles++
    verdicts[class[path] "/" verdict]++
    if (reason != "") {
        if (!(reason in reasons))
            reason_order[++nreasons] = reason
        reasons[reason]++
    }
    if (class[path] == "copy" && has_pdq[path]) {
        note_alteration(alteration[path])
        if (verdict == "match")
            found[alteration[path]]++
    }
    if (expected[path] != "any" &&
        (verdict != expected[path] || reason != expected_reason[path])) {
        printf "CONTRADICTION %s: %s %s, expected %s %s\n", path, verdict, reason,
            expected[path], expected_reason[path]
        nwrong++
    }
}

function row(name,    all) {
    all = verdicts[name "/match"] + verdicts[name "/no_match"] + \
          verdicts[name "/not_examined"]
    if (all)
        printf "  %-18s %6d %8d %9d %13d\n", name, all, verdicts[name "/match"],
            verdicts[name "/no_match"], verdicts[name "/not_examined"]
}

END {
    printf "  %-18s %6s %8s %9s %13s\n", "files", "all", "match", "no_match",
        "not_examined"
    row("original")
    row("copy")
    row("stranger")
    row("low-information")
    row("too-small")
    row("damaged")
    row("wrong-extension")
    print ""
    print "Not examined, and why"
    for (i = 1; i <= nreasons; i++)
        printf "  %-22s %4d\n", reason_order[i], reasons[reason_order[i]]
    print ""
    print "Copies of pictures on the PDQ list found, by alteration"
    for (i = 1; i <= norder; i++)
        printf "  %-14s %3d of %3d%s", order[i], found[order[i]], total[order[i]],
            i % 3 ? "   " : "\n"
    print (norder % 3 ? "\n" : "")
    printf "%d verdicts, %d against expectation\n", nfiles, nwrong
    exit nwrong > 0
}
