#!/usr/bin/env bash
# Measures what docs/performance.md shows, then writes the page's tables and its picture. For a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build benchmarks/PerformancePage -c Release -v quiet
# Processes that builds leave behind would be measured, too.
dotnet build-server shutdown > /dev/null
results=benchmarks/results
run() { echo "== $*" >&2; dotnet run -c Release --no-build --project "benchmarks/$1" -- "${@:2}"; }

status=0
run MutualTls.Benchmarks budgets --json "$results/budgets.json" || status=$?
run Handshakes --json "$results/handshakes.json"
run Handshakes --keys Rsa2048 --json "$results/handshakes-rsa.json"
run Handshakes --in-process --json "$results/handshakes-in-process.json"
run PerformancePage
exit "$status"
