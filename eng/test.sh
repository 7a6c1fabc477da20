#!/usr/bin/env bash
# Installs the real peers where it can, runs all tests, and ends with one line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

declare -A peers=([openssl]=openssl [curl]=curl [gnutls-cli]=gnutls-bin)
missing=()
for command in "${!peers[@]}"; do
  command -v "$command" > /dev/null || missing+=("${peers[$command]}")
done
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  echo "Installing peers: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq > /dev/null 2>&1
  apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null 2>&1 || echo "apt could not install all of them." >&2
fi

all=1
for command in "${!peers[@]}"; do
  command -v "$command" > /dev/null || { all=0; echo "Peer not here: $command. Its tests are skipped." >&2; }
done
[ "$all" = 1 ] && export MUTUALTLS_REQUIRE_PEERS=1

dotnet build MutualTls.sln -c Release -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test --solution MutualTls.sln -c Release --no-build 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
count() { grep -E "^ *$1: *[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' || echo 0; }
echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
exit "$status"
