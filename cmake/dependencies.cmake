# Everything the engine links, found once.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(EXPAT REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)

# For the worker, archives where there are some.
find_library(KNOWNIMAGE_JPEG_ARCHIVE NAMES libjpeg.a jpeg)
find_library(KNOWNIMAGE_PNG_ARCHIVE NAMES libpng.a libpng16.a png)
find_library(KNOWNIMAGE_ZLIB_ARCHIVE NAMES libz.a z)
mark_as_advanced(
    KNOWNIMAGE_JPEG_ARCHIVE KNOWNIMAGE_PNG_ARCHIVE KNOWNIMAGE_ZLIB_ARCHIVE)

# Only libjpeg-turbo is acceptable: other libjpegs may spill pictures to temporary files.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_INCLUDES ${JPEG_INCLUDE_DIRS})
check_c_source_compiles("
#include <stdio.h>
#include <jpeglib.h>
#ifndef LIBJPEG_TURBO_VERSION_NUMBER
#error not libjpeg-turbo
#endif
int main(void) { return 0; }" KNOWNIMAGE_HAVE_LIBJPEG_TURBO)
unset(CMAKE_REQUIRED_INCLUDES)
if(NOT KNOWNIMAGE_HAVE_LIBJPEG_TURBO)
    message(FATAL_ERROR "libjpeg-turbo is required (Debian: libjpeg62-turbo-dev)")
endif()

# FAISS, a C++ library, is a peer of the benchmark harness where it is installed.
if(KNOWNIMAGE_BUILD_BENCH AND NOT KNOWNIMAGE_SANITIZE)
    find_path(FAISS_INCLUDE faiss/IndexBinary.h)
    find_library(FAISS_LIBRARY faiss)
    if(FAISS_INCLUDE AND FAISS_LIBRARY)
        enable_language(CXX)
        find_package(OpenMP COMPONENTS CXX)
        find_package(LAPACK)
        if(OpenMP_CXX_FOUND AND LAPACK_FOUND)
            set(KNOWNIMAGE_FAISS TRUE)
        endif()
    endif()
endif()
