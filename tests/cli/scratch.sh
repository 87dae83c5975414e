# Sourced by the tests of the command, with COMMAND as $1: a scratch folder with small.toml in it, to
# begin in, and fail(). Sets command, scratch and failed.
# shellcheck shell=bash disable=SC2034  # used by who sources it
set -u
command=$(realpath "$1")
small=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/small.toml
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
cp "$small" .
failed=0

fail() {
  echo "FAILED: $1"
  failed=1
}
