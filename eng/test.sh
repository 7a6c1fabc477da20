#!/usr/bin/env bash
# Installs the real peers where it can, runs all tests, and ends with one line: N passed, N failed, N skipped.
# A peer that is missing fails its tests; with MUTUALTLS_REQUIRE_PEERS=0 they are skipped instead, by name.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DEBIAN_FRONTEND=noninteractive
export MUTUALTLS_REQUIRE_PEERS="${MUTUALTLS_REQUIRE_PEERS:-1}"
work=$(mktemp -d)
log="$work/log"
trap 'rm -rf "$work"' EXIT

# One line a peer: the command that tests start, and the Debian package that has it.
peers="
openssl      openssl
curl         curl
gnutls-cli   gnutls-bin
gnutls-serv  gnutls-bin
redis-server redis-server
nginx        nginx-light
chromium     chromium
certutil     libnss3-tools
pk12util     libnss3-tools
"

missing() { while read -r command package; do [ -z "$command" ] || command -v "$command" > /dev/null || echo "${!1}"; done <<< "$peers" | sort -u; }

packages=$(missing package)
if [ -n "$packages" ] && command -v apt-get > /dev/null; then
  if [ "$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi
  echo "Installing peers:" $packages
  if ! { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $packages; } > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "apt could not install all of them." >&2
  fi
fi
for command in $(missing command); do
  echo "Peer not here: $command. Its tests $([ "$MUTUALTLS_REQUIRE_PEERS" = 1 ] && echo "fail; MUTUALTLS_REQUIRE_PEERS=0 skips them" || echo "are skipped")." >&2
done

dotnet build MutualTls.sln -c Release -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
# One test project after the other: some tests weigh the process, or the machine.
# A run in which no test has ended for eight minutes is stopped, and the tests that hang are named.
dotnet test --solution MutualTls.sln -c Release --no-build --max-parallel-test-modules 1 --results-directory "$work" \
  --hangdump --hangdump-type None --hangdump-timeout 8m 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
find "$work" -name "*hang.log" -exec cat {} \;
# Once more at the end, where they are found: each test that failed, with what it said.
awk '/^failed /{ print; told = 1; next } told && /^  /{ print; next } { told = 0 }' "$log"
count() { grep -E "^ *$1: *[0-9]+" "$log" | tail -1 | grep -oE '[0-9]+' || echo "$2"; }
echo "$(count succeeded 0) passed, $(count failed 1) failed, $(count skipped 0) skipped"
exit "$status"
