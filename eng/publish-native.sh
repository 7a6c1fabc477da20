#!/usr/bin/env bash
# Publishes a project as native code: publish-native.sh PROJECT FOLDER, both seen from the root of the repository. Ends with 3 where there is no linker for it.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! { command -v clang > /dev/null || command -v gcc > /dev/null; } && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get update -qq > /dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clang zlib1g-dev > /dev/null 2>&1 || true
fi
command -v clang > /dev/null || command -v gcc > /dev/null || { echo "No native linker." >&2; exit 3; }
linker=()
command -v clang > /dev/null || linker=(-p:CppCompilerAndLinker=gcc)
dotnet publish "$1" -c Release -p:PublishAot=true ${linker[@]+"${linker[@]}"} -o "$2" -v quiet
