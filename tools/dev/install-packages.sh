#!/usr/bin/env bash
# Installs the Debian packages that are missing for building (always) and for testing
# (with --tests) or for the peers of the benchmarks (with --bench). Does nothing, and
# needs no rights, when all are there.
set -euo pipefail

packages=(gcc libc6-dev cmake ninja-build pkg-config libjpeg62-turbo-dev libpng-dev
    zlib1g-dev libisal-dev libssl-dev liblmdb-dev libxxhash-dev libinih-dev
    libjansson-dev libexpat1-dev libsqlite3-dev libsodium-dev)
if [ "${1:-}" = --tests ]; then
    # Peers and material: djpeg, cjpeg, netpbm, hashdeep and photographs; clang with
    # its sanitizers and linker; gcovr for coverage; SIMDe, which emulates AVX-512; what
    # the benches use beside, but for FAISS.
    packages+=(libcriterion-dev minisign clang clang-tidy lld libclang-rt-14-dev gcovr git
        libjpeg-turbo-progs netpbm hashdeep strace procps time mate-backgrounds libsimde-dev
        libdeflate-dev liburing-dev)
fi

if [ "${1:-}" = --bench ]; then
    packages+=(g++ libfaiss-dev libopenblas-dev libdeflate-dev liburing-dev libjpeg-turbo-progs
        netpbm mate-backgrounds plasma-workspace-wallpapers)
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
