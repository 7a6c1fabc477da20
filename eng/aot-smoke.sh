#!/usr/bin/env bash
# Publishes the AOT smoke test as native code and runs it. Without a linker for native code it runs the trimmed build only.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:-$(mktemp -d)}/aot"
if ! { command -v clang > /dev/null || command -v gcc > /dev/null; } && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get update -qq > /dev/null 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clang zlib1g-dev > /dev/null 2>&1 || true
fi
if command -v clang > /dev/null; then
  dotnet publish tests/MutualTls.AotSmoke -c Release -p:PublishAot=true -o "$out" -v quiet
elif command -v gcc > /dev/null; then
  dotnet publish tests/MutualTls.AotSmoke -c Release -p:PublishAot=true -p:CppCompilerAndLinker=gcc -o "$out" -v quiet
else
  echo "No native linker: publishing trimmed, not native."
  dotnet publish tests/MutualTls.AotSmoke -c Release -p:PublishTrimmed=true --self-contained -o "$out" -v quiet
fi
"$out/MutualTls.AotSmoke"
