#!/bin/bash
# Kills 20 runs at random moments: the final name must hold nothing, or a complete result, old or
# new, at every time.
# usage: kill.sh COMMAND EXPERIMENT.toml
set -u
command=$(realpath "$1")
experiment=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
RANDOM=1
failed=0

fail() {
  echo "FAILED: $1"
  failed=1
}

files() {
  (cd "$1" && find . -type f -printf '%P\n' | sort)
}

# complete DIRECTORY: has all files of a whole run, none empty, and a summary that is whole.
complete() {
  [ "$(files "$1")" = "$(files reference)" ] || return 1
  [ -z "$(find "$1" -type f -empty)" ] || return 1
  [ "$(stat -c %s "$1/result.nc")" -eq "$(stat -c %s reference/result.nc)" ] || return 1
  [ "$(tail -c 2 "$1/summary.json")" = "}" ]
}

start=$(date +%s%N)
"$command" --quiet run "$experiment" --out reference || exit 1
duration=$((($(date +%s%N) - start) / 1000000))  # ms
nothing=0 old=0 new=0
for round in $(seq 20); do
  rm -rf final
  old_result=
  if [ $((round % 2)) -eq 0 ]; then
    cp -r reference final
    old_result=$(stat -c %i final)
  fi
  delay=$(((RANDOM * 32768 + RANDOM) % (duration + 1)))
  "$command" --quiet run "$experiment" --out final &
  pid=$!
  sleep "$((delay / 1000)).$(printf '%03d' $((delay % 1000)))"
  kill -KILL $pid 2>/dev/null
  wait $pid 2>/dev/null
  if [ ! -e final ]; then
    [ $((round % 2)) -eq 1 ] || fail "round $round, after $delay ms: the old result is gone"
    nothing=$((nothing + 1))
  elif ! complete final; then
    fail "round $round, after $delay ms: final is half-written: $(ls -R final)"
  elif [ "$(stat -c %i final)" = "${old_result:-}" ]; then
    old=$((old + 1))
  else
    new=$((new + 1))
  fi
done
"$command" --quiet run "$experiment" --out final || fail "the last run failed"
complete final || fail "the last result is not complete"
[ "$(stat -c %i final)" = "${old_result:-}" ] && fail "the last result is old"
left=$(find . -name '.*partial*')
[ -z "$left" ] || fail "left behind: $left"
echo "a whole run takes $duration ms; 20 killed: $nothing nothing, $old old, $new new"
exit $failed
