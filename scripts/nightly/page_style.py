"""How the page looks: light or dark as the reader's system says, and narrow enough for a telephone."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --card: #ffffff; --text: #22252a; --soft: #5d6470; --line: #dcdad4;
  --violation: #b3261e; --infrastructure: #8a4b00; --inconclusive: #5b5f9a; --pass: #1d6b3c;
  --not_run: #6a6f78; --code: #f1efea; --missed: #d9c48a; --unlooked: #e6e3dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #17191c; --card: #1f2226; --text: #e6e4df; --soft: #a4abb6; --line: #363a40;
    --violation: #ff8a80; --infrastructure: #ffb866; --inconclusive: #b3b7f5; --pass: #7fd69b;
    --not_run: #a4abb6; --code: #282c31; --missed: #7d6a34; --unlooked: #33373d;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--ground);
  color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles li { flex: 1 1 7.5rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: .5rem .8rem; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles .none b { color: var(--soft); }
.violation { color: var(--violation); } .infrastructure { color: var(--infrastructure); }
.inconclusive { color: var(--inconclusive); } .pass { color: var(--pass); }
.not_run { color: var(--not_run); }
.card { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--soft);
  border-radius: .4rem; padding: .7rem 1rem; margin: .7rem 0; }
.card.new, .card.ongoing, .card.rare, .card.unseen { border-left-color: var(--violation); }
.card.resolved { border-left-color: var(--pass); }
.tag { font-size: .8rem; font-weight: 600; border: 1px solid currentColor; border-radius: 1rem;
  padding: 0 .55rem; white-space: nowrap; display: inline-block; }
pre { background: var(--code); padding: .55rem .7rem; border-radius: .3rem; margin: .4rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; -webkit-user-select: all;
  font: .84rem/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
code { font: .875em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; background: var(--card); }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td { overflow-wrap: anywhere; }
td.name { min-width: 11rem; }
td.id { white-space: nowrap; }
td.words { min-width: 13rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.marks { display: flex; flex-wrap: wrap; gap: 2px; margin: .45rem 0; padding: 0; list-style: none; }
.marks li { width: .8rem; height: .8rem; border-radius: 2px; background: var(--unlooked); }
.marks .seen { background: var(--violation); } .marks .missed { background: var(--missed); }
.marks .passed { background: var(--pass); }
.key li { width: auto; height: auto; background: none; margin-right: .9rem; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .3rem;
  vertical-align: -1px; background: var(--unlooked); }
.key .seen, .key .missed, .key .passed { background: none; }
.key .seen i { background: var(--violation); } .key .missed i { background: var(--missed); }
.key .passed i { background: var(--pass); }
details { margin: .6rem 0; } summary { cursor: pointer; }
svg.line { display: block; } svg.line polyline { fill: none; stroke: var(--soft); stroke-width: 1.5; }
svg.line circle { fill: var(--text); }
@media (max-width: 40rem) { body { font-size: 15px; padding: 1rem .7rem 3rem; }
  .tiles li { flex-basis: 6.2rem; } th, td { padding: .3rem .4rem; } }
"""
