#!/usr/bin/env bash
# Runs all tests. Ends with one line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build MutualTls.sln -c Release || exit 1
log=$(mktemp)
dotnet test --solution MutualTls.sln -c Release --no-build 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
count() { grep -E "^ *$1: *[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
rm -f "$log"
exit "$status"
