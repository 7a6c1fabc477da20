#!/usr/bin/env bash
# Runs the outside suites with the conformance command where their files are, and says so where they are not. Arguments are passed on: --engine, --list.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
data=${MUTUALTLS_CONFORMANCE:-../shared/conformance}
if [ ! -d "$data" ]; then
  echo "Skipped: no suites at $data. Name their folder in MUTUALTLS_CONFORMANCE."
  exit 0
fi

run() {
  echo "-- $*"
  dotnet run -c Release --no-build --project tests/MutualTls.Conformance -- "$@" || status=$?
}

status=0
limbo=("$data/limbo/limbo.json.gz" --scope "$data/limbo/scope.json")
bettertls=("$data/limbo/bettertls.json.gz" --scope "$data/limbo/bettertls-scope.json.gz")
run limbo "${limbo[@]}" "$@"
run limbo "${limbo[@]}" --preset strict "$@"
run limbo "${bettertls[@]}" "$@"
run limbo "${bettertls[@]}" --preset strict "$@"
run pkits "$data/pkits" "$@"
exit "$status"
