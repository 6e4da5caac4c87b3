// The style sheet of the HTML report: light and dark, as the reader's system prefers.
#pragma once

namespace heddle::report {

inline constexpr const char* html_style = R"css(
:root { color-scheme: light dark; --ink: #1d2127; --faint: #667080; --paper: #ffffff;
  --line: #d8dde4; --band: #f4f6f8; --good: #1b7f3b; --bad: #b3261e; --warn: #96630a;
  --link: #155f9c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7ec; --faint: #98a3b1; --paper: #15181c; --line: #343b44; --band: #1d2228;
    --good: #5cc981; --bad: #ff8a80; --warn: #e6b450; --link: #79b8f2; } }
body { margin: 2rem auto; max-width: 78rem; padding: 0 1.25rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; }
a { color: var(--link); }
code, pre, .trace td { font-family: ui-monospace, "DejaVu Sans Mono", monospace;
  font-size: 13px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
.verified { color: var(--good); } .failed, .error { color: var(--bad); }
.bounded { color: var(--warn); }
.verdict { font-weight: 600; }
.headline { color: var(--bad); font-weight: 600; margin: .25rem 0; }
.trace { table-layout: fixed; min-width: 40rem; }
.trace td { border-left: 1px solid var(--line); border-bottom: 0; padding: .15rem .6rem;
  overflow-wrap: anywhere; }
.trace th { border-left: 1px solid var(--line); }
.trace td:first-child, .trace th:first-child { border-left: 0; }
.trace tr:nth-child(even) { background: var(--band); }
.place, .index, .created { color: var(--faint); font-weight: 400; }
.source { color: var(--link); } .mark, .leaves { color: var(--warn); }
.fails { color: var(--bad); font-weight: 600; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 4px;
  padding: .6rem .8rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
ul { margin: .4rem 0; padding-left: 1.4rem; }
)css";

}  // namespace heddle::report
