#!/usr/bin/env bash
# Publishes the AOT smoke test as native code and runs it. Without a linker for native code it runs the trimmed build only.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:-$(mktemp -d)}/aot"
status=0
./eng/publish-native.sh tests/MutualTls.AotSmoke "$out" || status=$?
if [ "$status" = 3 ]; then
  echo "Publishing trimmed, not native."
  dotnet publish tests/MutualTls.AotSmoke -c Release -p:PublishTrimmed=true --self-contained -o "$out" -v quiet
elif [ "$status" != 0 ]; then
  exit "$status"
fi
"$out/MutualTls.AotSmoke"
