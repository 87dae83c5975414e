#include "reports/page_style.hpp"

namespace fprinciple::reports {

// Figures keep a white card in the dark too: their colours were chosen on white.
const char* const page_style = R"css(
:root { color-scheme: light dark; --page: #f6f6f3; --card: #ffffff; --ink: #1c1c1a;
  --soft: #5b5b56; --rule: #dcdcd6; --accent: #005b8f; --warn: #8a4b00; --warn-card: #fff4e3;
  --network: #0072b2; --prediction: #d55e00; --reference: #bbbbbb; --target: #009e73; --samples: #000000; }
@media (prefers-color-scheme: dark) { :root { --page: #15171a; --card: #1e2125; --ink: #e8e8e4;
  --soft: #a9aba8; --rule: #363a40; --accent: #7cc4f0; --warn: #ffcf8a; --warn-card: #33291a;
  --network: #56b4e9; --prediction: #f0863a; --reference: #5a5f66; --target: #35c79a; --samples: #ffffff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; }
main, header, nav, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; overflow-wrap: anywhere; }
h3 { font-size: 1.1rem; margin: 1.75rem 0 .6rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
a { color: var(--accent); }
code, pre { font: .875em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: .5rem;
  padding: 1rem 1.15rem; min-width: 0; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.headline { display: grid; gap: 1rem; margin: 1rem 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); }
.headline .card { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.headline dt { color: var(--soft); font-size: .875rem; line-height: 1.35; }
.headline dd { margin: 0; font-size: 1.5rem; line-height: 1.3; font-weight: 600; }
.card > :first-child { margin-top: 0; }
.card > :last-child { margin-bottom: 0; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0 0 .75rem; }
th, td { text-align: right; padding: .25rem 0 .25rem .9rem; border-bottom: 1px solid var(--rule);
  font-weight: 400; white-space: nowrap; }
thead th { color: var(--soft); font-size: .875rem; vertical-align: bottom; }
th:first-child { text-align: left; padding-left: 0; }
table.wrapped thead th, table.wrapped tbody th { white-space: normal; }
sup, sub { line-height: 0; }
td, dd { font-variant-numeric: tabular-nums; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; flex: 1 1 26rem; }
figure.wide { flex-basis: 100%; }
figure .paper { background: #fff; border-radius: .25rem; padding: .4rem; overflow-x: auto; margin-bottom: .75rem; }
figure img { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto; }
figure.wide img { max-width: 60rem; min-width: 38rem; }
figcaption p { margin-bottom: .4rem; }
.files { font-size: .875rem; }
nav ul { columns: 16rem auto; margin: 0; padding-left: 1.2rem; }
nav li { break-inside: avoid; }
nav li ul { columns: auto; font-size: .875rem; margin-bottom: .75rem; }
nav { margin-bottom: 1rem; }
nav summary { font-size: .875rem; color: var(--soft); }
.formulas { margin: 0 0 1rem; }
.formulas dt { color: var(--soft); }
.formulas dd { margin: 0 0 .5rem; }
math { font-size: 1.1rem; }
.player { margin: 1rem 0; }
.controls { display: flex; gap: .75rem; align-items: center; }
.controls button { font: inherit; min-width: 4.5rem; padding: .3rem .75rem; color: var(--ink); background: var(--page);
  border: 1px solid var(--soft); border-radius: .25rem; cursor: pointer; }
.controls input { flex: 1; min-width: 0; height: 2rem; accent-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.now { margin: .5rem 0; font-weight: 600; font-variant-numeric: tabular-nums; min-height: 1.5em; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; list-style: none; margin: 0 0 .5rem; padding: 0; font-size: .875rem; }
.legend li::before { content: ""; display: inline-block; width: 1.6rem; margin-right: .4rem; vertical-align: .25em;
  border-top: 3px solid var(--network); }
.legend .prediction::before { border-top: 3px dashed var(--prediction); }
.legend .target::before { border-color: var(--target); }
.legend .reference::before { border-top: 5px solid var(--reference); }
.legend .samples::before { width: .5rem; height: .5rem; border: 0; border-radius: 50%; background: var(--samples); vertical-align: 0; }
.panels { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin-bottom: .75rem; }
.panels.maps { grid-template-columns: repeat(auto-fit, minmax(min(calc(50% - .5rem), 14rem), 1fr)); }
.panel { min-width: 0; }
.panel p { margin: 0 0 .25rem; font-size: .875rem; color: var(--soft); }
.panel canvas { display: block; width: 100%; }
.warnings { background: var(--warn-card); color: var(--warn); }
.warnings ul { margin: 0; padding-left: 1.2rem; }
pre { background: var(--page); border: 1px solid var(--rule); border-radius: .25rem; padding: .75rem;
  overflow-x: auto; margin: .75rem 0 0; }
summary { cursor: pointer; }
.experiment { border-top: 3px solid var(--rule); margin-top: 3rem; }
footer { padding: 2rem 1rem; color: var(--soft); font-size: .875rem; }
@media print { :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #bbb;
    --accent: #000; --warn: #000; --warn-card: #fff; }
  body { font-size: 10pt; }
  .player, nav { display: none; }
  figure, .card, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .experiment { break-before: page; border: 0; margin: 0; }
  figure.wide img { min-width: 0; max-width: 100%; } }
)css";

}  // namespace fprinciple::reports
