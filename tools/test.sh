#!/usr/bin/env bash
# Builds and runs every test, installing what it needs first. The last line counts.
# usage: tools/test.sh [SUITE…]     suites: see below; all but the long ones by default
set -uo pipefail
cd "$(dirname "$0")/.."
all_suites=(gcc clang conformance asan tsan tidy coverage install)
long_suites=(tidy-all)
suites=("$@")
[ "${#suites[@]}" -gt 0 ] || suites=("${all_suites[@]}")
passed=0
failed=0

pass() {
    echo "ok: $1"
    passed=$((passed + 1))
}

fail() {
    echo "FAILED: $1"
    failed=$((failed + 1))
}

check() { # DESCRIPTION COMMAND…
    local what=$1 log
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        pass "$what"
    else
        tail -n 60 "$log"
        fail "$what"
    fi
    rm -f "$log"
}

# Configures and builds a preset; warnings are errors there.
build() { # PRESET [TARGET…]
    local preset=$1
    shift
    cmake --preset "$preset" >/dev/null &&
        cmake --build "build/$preset" ${1:+--target "$@"}
}

# Runs ctest and adds its counts to ours.
run_ctest() { # PRESET [ctest options…]
    local preset=$1 log summary bad total
    shift
    log=$(mktemp)
    ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)" "$@" >"$log" 2>&1
    grep -E 'tests passed|Failed|\*\*\*|Passed' "$log"
    summary=$(grep -E 'tests passed, [0-9]+ tests failed out of [0-9]+' "$log")
    bad=$(sed -E 's/.*, ([0-9]+) tests failed.*/\1/' <<<"$summary")
    total=$(sed -E 's/.*out of ([0-9]+).*/\1/' <<<"$summary")
    if [ -z "$total" ] || [ "$total" -eq 0 ]; then
        fail "$preset: ctest ran no test"
    else
        passed=$((passed + total - bad))
        failed=$((failed + bad))
    fi
    [ "${bad:-1}" -eq 0 ] || tail -n 150 "$log"
    rm -f "$log"
}

suite_gcc() { # everything, and each public header alone
    check "gcc builds without a warning" build dev &&
        check "each public header compiles alone" \
            build dev all_verify_interface_header_sets
    run_ctest dev
}

# What takes long tests processes and files, which are no matter of the compiler.
suite_clang() {
    check "clang builds without a warning" build clang
    # FAISS itself is not installed here.
    check "what the bench's FAISS engines include is C++ too" clang++ -std=c++17 \
        -Werror=c11-extensions -fsyntax-only -x c++ -I. -Iengine -Itools -Iinclude -Icorpus-synthetic \
        bench/engines.h
    run_ctest clang -E '^(stress_|whole_|bench_smoke|sandbox_(storm|content|orphans))'
}

# The published test vectors under both compilers, unoptimised and fully optimised.
suite_conformance() {
    local compiler flags folder
    for compiler in gcc clang; do
        for flags in "-O0" "-O3 -march=native"; do
            folder=build/conformance-$compiler${flags%% *}
            check "vectors: $compiler $flags builds" bash -c "
                cmake -S . -B '$folder' -G Ninja -DCMAKE_C_COMPILER=$compiler \
                    -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='$flags' >/dev/null &&
                cmake --build '$folder' --target test_pdq_vectors"
            check "vectors: $compiler $flags: the same 256 bits" \
                "$folder/tests/hash/test_pdq_vectors"
        done
    done
}

suite_asan() {
    check "ASan and UBSan build" build asan
    run_ctest asan
}

suite_tsan() { # the programs that its tests run
    check "TSan builds" build tsan stress_scan knownimage-bench
    run_ctest tsan -L threads
}

# One file at a time: with several, clang-tidy 14 takes every va_list but the first for
# uninitialised.
run_tidy() { # CHECKS FILE-PATTERN…
    local checks=$1
    shift
    git ls-files "$@" |
        xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/dev ${checks:+"--checks=$checks"} \
            2>/dev/null
}

# The analyzer follows every path, which takes thirty times as long as all the rest; of
# tests and benches it does so in suite tidy-all only.
suite_tidy() {
    check "compile commands for clang-tidy" build dev
    check "clang-tidy is clean: engine, tools" run_tidy '' 'engine/*.c' 'tools/*.c'
    check "clang-tidy without its analyzer is clean: the others" \
        run_tidy '-clang-analyzer-*' 'bench/*.c' 'corpus-synthetic/*.c' 'tests/*.c'
}

suite_tidy-all() {
    check "compile commands for clang-tidy" build dev
    check "clang-tidy is clean" run_tidy '' '*.c'
}

suite_coverage() {
    check "coverage build" build cov
    find build/cov -name '*.gcda' -delete
    # Built with assertions, as with ASan, unlike the other presets. What counts lines has
    # a malloc of its own, as sanitizers have; a test that drops its rights goes on
    # counting.
    local mask
    mask=$(umask)
    umask 0
    # What runs emulated is a copy of the tests' own.
    run_ctest cov -LE slow \
        -E '^(stress_|bench_smoke|test_emulated|sandbox_(storm|content|orphans))'
    umask "$mask"
    local table percent
    # The worker cannot write down what it ran; its allocator is also run by a test.
    table=$(gcovr --root . --filter engine/ build/cov/engine build/cov/tests/sandbox 2>&1)
    echo "$table" | tail -n +6
    percent=$(echo "$table" | awk '/^TOTAL/ {sub("%", "", $4); print $4}')
    check "at least 90 % of the lines of engine/ are run: ${percent:-none} %" \
        test "${percent:-0}" -ge 90
}

# Installs into a prefix of its own and builds the example against it, both ways.
suite_install() {
    check "build, install" bash -c "
        cmake --preset release -B build/install -DBUILD_TESTING=OFF >/dev/null &&
        cmake --build build/install && rm -rf build/prefix &&
        cmake --install build/install --prefix build/prefix"
    check "pkg-config users link" bash -c '
        export PKG_CONFIG_PATH=$(dirname "$(find build/prefix -name knownimage.pc)")
        gcc tools/example/example.c $(pkg-config --cflags --libs knownimage) \
            -o build/prefix/example &&
        LD_LIBRARY_PATH=$(pkg-config --variable=libdir knownimage) \
            build/prefix/example 2>&1 | grep -qi usage'
    check "CMake users link" bash -c '
        rm -rf build/consumer && mkdir build/consumer &&
        printf "%s\n" "cmake_minimum_required(VERSION 3.25)" "project(consumer C)" \
            "find_package(knownimage REQUIRED)" \
            "foreach(kind static shared knownimage)" \
            "add_executable(use_\${kind} $PWD/tools/example/example.c)" \
            "target_link_libraries(use_\${kind} knownimage::\${kind})" \
            "endforeach()" >build/consumer/CMakeLists.txt &&
        cmake -S build/consumer -B build/consumer/build \
            -DCMAKE_PREFIX_PATH="$PWD/build/prefix" &&
        cmake --build build/consumer/build'
}

for suite in "${suites[@]}"; do
    [[ " ${all_suites[*]} ${long_suites[*]} " == *" $suite "* ]] || {
        echo "unknown suite $suite; suites: ${all_suites[*]} ${long_suites[*]}" >&2
        exit 64
    }
done
tools/dev/install-packages.sh --tests || exit 1
for suite in "${suites[@]}"; do
    echo "== $suite"
    started=$SECONDS
    "suite_$suite"
    echo "== $suite took $((SECONDS - started)) s"
done
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
