# Options and compiler flags. Warnings become errors only through the presets.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

option(KNOWNIMAGE_BUILD_BENCH "Build the benchmark harness" ON)
option(KNOWNIMAGE_BUILD_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
option(KNOWNIMAGE_COVERAGE "Instrument for coverage" OFF)
set(KNOWNIMAGE_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined")

add_library(knownimage_flags INTERFACE)
# -ffp-contract=off: a*b+c must round twice on every CPU, or hashes would differ.
target_compile_options(knownimage_flags INTERFACE
    -Wall -Wextra -Wshadow -Wpointer-arith
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -ffp-contract=off)
target_compile_definitions(knownimage_flags INTERFACE _GNU_SOURCE)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT KNOWNIMAGE_SANITIZE)
    target_compile_options(knownimage_flags INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
if(KNOWNIMAGE_SANITIZE)
    add_compile_options(-fsanitize=${KNOWNIMAGE_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${KNOWNIMAGE_SANITIZE})
endif()
if(KNOWNIMAGE_COVERAGE)
    # Threads count too: without atomic updates counts get lost or negative.
    add_compile_options(--coverage -O0 -fprofile-update=atomic)
    add_link_options(--coverage)
endif()
