#!/bin/bash
# fprinciple verify from outside: a result passes against itself, what moved is named, bad input is
# refused, nothing is written.
# usage: verify.sh COMMAND
# shellcheck source=tests/cli/scratch.sh
. "$(dirname "$(realpath "$0")")/scratch.sh"

# expect STATUS WHAT ARGUMENTS…: verifies small.toml; its output is then in out and err.
expect() {
  local status=$1 what=$2
  shift 2
  "$command" verify small.toml "$@" >out 2>err
  local got=$?
  [ $got -eq "$status" ] || fail "$what: exit status $got, not $status: $(cat out err)"
}

says() {
  grep -qE -- "$2" "$1" || fail "$1 does not say '$2' but '$(cat "$1")'"
}

silent() {
  [ -s "$1" ] && fail "$2: $1 says '$(cat "$1")'"
}

"$command" --quiet run small.toml --out result || fail "run"
cp result/summary.json expected.json

expect 0 "its own summary" --expect expected.json --rtol 0
says out "^small: [0-9]+ numbers within rtol 0, atol 0$"
says err "small: training"
[ "$(wc -l <out)" -eq 1 ] || fail "more than one line"
expect 0 "one thread" --expect expected.json --rtol 0 --threads 1 --quiet
silent out "--quiet"
silent err "--quiet"

sed '/"width"/s/500/501/; /"seed"/s/1/3/' expected.json >moved.json
expect 1 "two changed numbers" --expect moved.json --quiet
silent err "--quiet"
says out "^key +expected +got +relative difference +allowed$"
says out "^/problem/width +501 +500 +2.00e-03 +1.00e-06$"
says out "^/seed +3 +1 +6.67e-01 +1.00e-06$"
[ "$(sed -n 2p out | cut -d' ' -f1)" = /seed ] || fail "not the farthest first: $(cat out)"
[ "$(wc -l <out)" -eq 3 ] || fail "something else moved: $(cat out)"
expect 0 "wider" --expect moved.json --rtol 0.7
expect 0 "absolutely" --expect moved.json --atol 2
expect 0 "other keys" --expect moved.json --only /error /train/loss
says out "^small: 4 numbers"

echo '{"problem": {"width": 500}, "version": "0.0.0"}' >part.json
expect 0 "a part" --expect part.json
says out "^small: 1 numbers"
says err "^part.json: of version \"0.0.0\", this is "
says err "^not in part.json: .*/error, .*/problem/dim"

echo '{"error": {"rmse": 1e-3,}}' >malformed.json
expect 2 "malformed" --expect malformed.json
says err "^malformed.json: parse error at line 1, column 25: "
silent out "malformed"
expect 2 "missing" --expect none.json
says err "^none.json: cannot be read$"
expect 2 "negative" --expect expected.json --rtol -1
says err "^expected.json: rtol must be a number >= 0, not -1$"
expect 2 "not a number" --expect expected.json --atol nan
expect 2 "no such key" --expect expected.json --only error.rmse
expect 2 "no --expect"

[ "$(ls -A | tr '\n' ' ')" = "err expected.json malformed.json moved.json out part.json result small.toml " ] ||
  fail "something was written: $(ls -A)"

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
