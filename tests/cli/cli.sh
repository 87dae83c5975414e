#!/bin/bash
# The command from outside: exit statuses, what it prints, which directories it replaces.
# usage: cli.sh COMMAND
# shellcheck source=tests/cli/scratch.sh
. "$(dirname "$(realpath "$0")")/scratch.sh"

# expect STATUS WHAT ARGUMENTS…: runs the command; its output is then in out and err.
expect() {
  local status=$1 what=$2
  shift 2
  "$command" "$@" >out 2>err
  local got=$?
  [ $got -eq "$status" ] || fail "$what: exit status $got, not $status: $(cat err)"
}

says() {
  grep -qF -- "$2" "$1" || fail "$1 does not say '$2' but '$(cat "$1")'"
}

silent() {
  [ -s "$1" ] && fail "$2: $1 says '$(cat "$1")'"
}

complete() {
  local file
  for file in result.nc summary.json report.html figures; do
    [ -s "$1/$file" ] || fail "$1/$file is missing"
  done
}

no_staging() {
  local left
  left=$(find . -name '.*partial*')
  [ -z "$left" ] || fail "left behind: $left"
}

# The command line
expect 0 "--version" --version
says out "fprinciple "
expect 0 "--help" --help
says out "reproduce"
expect 0 "run --help" run --help
expect 2 "no command"
expect 2 "unknown command" sweeep
expect 2 "unknown option" run small.toml --fast
expect 2 "no experiment" run
expect 2 "no thread" --threads 0 run small.toml
expect 2 "half a thread" --threads 0.5 run small.toml
expect 2 "no such experiment" run none.toml
says err "none.toml: cannot be read"
expect 2 "a directory as experiment" run .
expect 2 "no such paper" reproduce fig3
says err "no experiment is called fig3; there are fig1a, fig1b, tanh1, tanh2, fig2, fig2_code"
[ -e results ] && fail "results exists after bad input"

# run
expect 0 "run" run small.toml
complete results/small
says out "results/small/report.html"
says out "rmse"
says err "small: training"
expect 0 "run again, quietly, replacing" --quiet run small.toml
complete results/small
silent out "--quiet"
silent err "--quiet"
expect 0 "--quiet after the command" run small.toml --quiet --threads 1 --out "with space/here"
silent err "--quiet"
complete "with space/here"
no_staging

# bounds: what run does, and a table
sed '/^x = /c target = { kind = "sine", frequency = [2] }\nn = 8\nrange = [0, 1]' small.toml |
  sed '/^y = /d; s/modes = 200/box = 1, modes = 200/' >sine.toml
expect 0 "bounds" bounds sine.toml
complete results/sine
[ -s results/sine/figures/bounds.svg ] || fail "no figure of the bounds"
says out "× the error; knows Q"
says results/sine/summary.json '"measured_nn_l2"'
says results/sine/report.html "Generalisation bounds"
expect 0 "bounds, quietly" --quiet bounds sine.toml --out results/sine
silent out "--quiet"
expect 0 "run without bounds" --quiet run sine.toml --out results/sine
grep -q radius results/sine/summary.json && fail "run computes bounds unasked"
expect 2 "bounds without a target" bounds small.toml --out none
says err "small.toml:3: data: must have a target"
[ -e none ] && fail "none exists after bad input"

# measure: two sines on a line, the lower one learnt first
awk 'BEGIN {
  n = 32; times = 12; pi = atan2(0, -1)
  for (i = 0; i < n; ++i) { x = x sep i / n; y = y sep sin(2*pi*i/n) + sin(6*pi*i/n); sep = ", " }
  for (j = 0; j < times; ++j) {
    t = t (j ? ", " : "") exp(j - 6)
    for (i = 0; i < n; ++i)
      f = f (i + j ? ", " : "") (1 - exp(-9*exp(j - 6))) * sin(2*pi*i/n) + (1 - exp(-exp(j - 6))) * sin(6*pi*i/n)
  }
  print "netcdf sines { dimensions: sample = " n "; dim = 1; time = " times ";"
  print "variables: double x(sample, dim); double y(sample); double t(time); double f(time, sample);"
  print "data: x = " x "; y = " y "; t = " t "; f = " f "; }"
}' >sines.cdl
ncgen -4 -o sines.nc sines.cdl || fail "no recording"
expect 0 "measure" measure sines.nc
for file in measure.nc summary.json report.html figures/heat_map.svg figures/crossing.pdf; do
  [ -s "results/sines/$file" ] || fail "results/sines/$file is missing"
done
says out "Low frequencies were learnt before high ones"
says results/sines/summary.json '"spectral_bias"'
cp results/sines/report.html before.html
expect 0 "report of what was measured" --quiet report results/sines
cmp -s before.html results/sines/report.html || fail "report draws another page of what was measured"
expect 0 "measure with options" --quiet measure sines.nc --out measured --direction x1 \
  --frequencies 1,3 --delta 0.05,0.2 --threshold 0.2 --cut 1 --kernel 0.1 --seed 2
silent err "--quiet"
says measured/summary.json '"seed": 2'
expect 2 "no such recording" measure none.nc
expect 2 "no such axis" measure sines.nc --direction x2
says err "--direction: must be pca, x1, or a number with commas, not all 0, got x2"
expect 2 "a frequency twice" measure sines.nc --frequencies 1,1
expect 2 "a cut above all" measure sines.nc --frequencies 1,3 --cut 3
says err "--cut: must leave a frequency up to it and one above it, from 1 on and below 3, got 3"
expect 2 "a width of 0" measure sines.nc --delta 0
expect 2 "into what is read" measure sines.nc --out sines.nc
no_staging

# Theory alone
expect 0 "predict" --quiet predict small.toml --out alone
expect 2 "theory alone is drawn by predict" report alone
says err "alone: is theory alone, which \`fprinciple predict\` computes and draws anew"

# How wide it must be
expect 0 "width" width small.toml --error 0.3 --seconds 10 --out wide
says out "networks of"
says wide/summary.json '"answer": "found"'
says wide/summary.json '"nonlinearity"'
expect 2 "a width has no figures" report wide
says err "wide: is what \`fprinciple width\` has found, which has no figures"
expect 2 "an error of 0" width small.toml --error 0
says err "--error: must be above 0 and below 1, got 0"
expect 2 "no seconds" width small.toml --seconds 0
sed 's/loss = 1e-6/seconds = 1/' small.toml >seconds.toml
expect 2 "a stop by seconds alone" width seconds.toml
says err "training.stop is by seconds alone"
no_staging

# Directories that are not ours
mkdir foreign empty
echo "thesis" >foreign/thesis.tex
expect 2 "foreign directory" run small.toml --out foreign
says err "foreign: exists and was not written by fprinciple"
[ "$(ls -A foreign)" = thesis.tex ] || fail "foreign was touched"
echo '{"program": "another"}' >foreign/summary.json
expect 2 "directory of another program" run small.toml --out foreign
says err "foreign: exists and was not written by fprinciple"
echo "text" >file
expect 2 "file" run small.toml --out file
says err "file: exists and is not a directory"
expect 2 "below a file" run small.toml --out file/below
expect 0 "empty directory" --quiet run small.toml --out empty
complete empty
mkdir elsewhere
ln -s elsewhere link
expect 0 "symbolic link" --quiet run small.toml --out link
complete elsewhere
[ -L link ] || fail "the symbolic link was replaced"
ln -s nowhere dangling
expect 2 "dangling symbolic link" --quiet run small.toml --out dangling
no_staging

# A failing run keeps the old result
before=$(stat -c %i results/small)
sed '/^stop/c method = "gd"\ngd = { step = 1e9 }' small.toml >diverging.toml
expect 1 "diverging run" --quiet run diverging.toml --out results/small
[ "$(stat -c %i results/small)" = "$before" ] || fail "a failed run replaced the old result"
no_staging

# A result with a file of the user's is not replaced, and drawn again with the file left as it is
echo "mark" >results/small/figures/mark
expect 2 "a foreign file" --quiet run small.toml
says err "results/small: holds what fprinciple did not write: figures/mark; move that away"
silent out "a foreign file"

# A project with the summary of a result in it, which users are told to keep
mkdir -p project/.git
cp small.toml results/small/summary.json project
echo "mark" >project/.git/config
expect 2 "a project" --quiet run small.toml --out project
says err "project: holds what fprinciple did not write: .git and small.toml;"
expect 2 "what is read" --quiet run project/small.toml --out project
says err "project: holds project/small.toml, which is read here; name another directory"
cd project || exit 1
expect 2 "the working directory" --quiet run small.toml --out .
says err ".: is the working directory; name another one"
cd .. || exit 1
rm project/out project/err
[ "$(find project -type f | sort | tr '\n' ' ')" = \
  "project/.git/config project/small.toml project/summary.json " ] || fail "the project was touched"

# Names that are taken by what is not ours
echo "mine" >taken.checkpoint.nc
expect 2 "a foreign checkpoint" --quiet run small.toml --out taken
says err "taken.checkpoint.nc: is in the place of a checkpoint, and damaged or none of fprinciple"
[ "$(cat taken.checkpoint.nc)" = mine ] || fail "a file in the place of a checkpoint was touched"
[ -e taken ] && fail "taken exists"
no_staging

# report
rm results/small/report.html
expect 0 "report" --quiet report results/small
complete results/small
[ "$(cat results/small/figures/mark)" = mark ] || fail "report dropped a file"
rm results/small/figures/mark
expect 2 "report of nothing" report none
expect 2 "report of a foreign directory" report foreign
says err "foreign: holds no results of fprinciple"
no_staging

# reproduce
mkdir papers
cp small.toml papers/fig1a.toml
cp small.toml papers/fig1b.toml
export FPRINCIPLE_EXPERIMENTS=$scratch/papers
expect 0 "reproduce" --quiet reproduce fig1b fig1a --out both
complete both/fig1a
complete both/fig1b
[ -s both/report.html ] || fail "no combined report"
says both/summary.json '"fig1b"'
expect 0 "reproduce again, replacing" --quiet reproduce fig1a --out both
[ -e both/fig1b ] && fail "the old fig1b is still there"
expect 0 "report of reproduce" --quiet report both
complete both/fig1a
expect 0 "reproduce both again" --quiet reproduce --out both fig1a fig1b
expect 0 "report of several" --quiet report both/fig1a both/fig1b --out overlaid
[ -s overlaid/report.html ] || fail "no report of several"
says overlaid/report.html "A small experiment, a second or so (both/fig1b)"
expect 2 "an overlay above its runs" report both/fig1a both/fig1b --out both
says err "both: holds both/fig1a, which is read here; name another directory"
complete both/fig1b
expect 2 "an overlay in one of its runs" report both/fig1a both/fig1b --out both/fig1a
expect 2 "an overlay below one of its runs" report both/fig1a both/fig1b --out both/fig1a/new
expect 2 "report of an overlay" report overlaid
says err "overlaid: holds runs overlaid; draw them again"
expect 2 "overlay of a reproduction" report both/fig1a both --out none
says err "both: holds no single run of fprinciple; it has several"
expect 2 "one directory and --out" report both/fig1a --out none
[ -e none ] && fail "none exists after a report that was refused"
expect 2 "reproduce without its file" --quiet reproduce fig2 --out none
[ -e none ] && fail "none exists after bad input"
no_staging

[ $failed -eq 0 ] && echo "all as expected"
exit $failed
