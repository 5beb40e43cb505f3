// How the page looks, in light, in dark, in forced colours and on paper.

import { SCORE_STYLE } from './score-style';

const LIGHT = `
  --ground: #fbfaf8; --ink: #1b1c20; --soft: #595d66; --rule: #dcdad4; --faint: #f1efea;
  --kept: #2a5db0; --cut: #b04a10; --cut-ground: #fbe9dc; --loss: #a8321e; --track: #e3e0d9; --band: #2a5db01f;`;

const DARK = `
  --ground: #15171b; --ink: #e8e8ea; --soft: #a3a8b3; --rule: #33373f; --faint: #1d2026;
  --kept: #82adff; --cut: #f0935a; --cut-ground: #3a261b; --loss: #ff9a85; --track: #2d3139; --band: #82adff26;`;

const FORCED = `
  --ground: Canvas; --ink: CanvasText; --soft: CanvasText; --rule: color-mix(in srgb, CanvasText 30%, Canvas);
  --faint: Canvas;
  --kept: CanvasText; --cut: CanvasText; --cut-ground: Canvas; --loss: CanvasText;
  --track: color-mix(in srgb, CanvasText 22%, Canvas); --band: color-mix(in srgb, CanvasText 12%, Canvas);`;

/** From here on the headings stand beside what they head. */
const BESIDE = '1440px';

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
@media (forced-colors: active) { :root { ${FORCED} } }

*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 400 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: lining-nums; -webkit-font-smoothing: antialiased;
}
main, footer { max-width: 1128px; margin: 0 auto; padding: 0 clamp(20px, 4vw, 56px); }
h1, h2, h3, p, dl, dd, figure { margin: 0; }
p { text-wrap: pretty; }
small { font-size: 0.8125rem; font-weight: 400; color: var(--soft); }
bdi { overflow-wrap: anywhere; }
.definitions { position: absolute; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

header { padding: clamp(40px, 7vw, 104px) 0 clamp(32px, 4vw, 56px); }
.kicker { color: var(--soft); font-weight: 500; margin-bottom: 0.75rem; }
h1 {
  max-width: 26em; font-size: clamp(1.875rem, 1.2rem + 2.7vw, 3.5rem); line-height: 1.1; font-weight: 650;
  letter-spacing: -0.022em; text-wrap: balance;
}
h1 > span { display: block; text-wrap: balance; }
h1 .no-loss { color: var(--kept); }
.loss { color: var(--loss); }
.lead { margin-top: 1.5rem; max-width: 76ch; color: var(--soft); }

.figures { border-top: 1px solid var(--rule); }
.figures dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 2rem 2.25rem; padding: 1.5rem 0 0; }
.figures dt { font-size: 0.875rem; color: var(--soft); margin-bottom: 0.375rem; }
.figures dd { font-variant-numeric: tabular-nums; }
.figures .before { display: block; color: var(--soft); }
.figures strong { display: block; font-variant-numeric: lining-nums; font-size: clamp(1.625rem, 1.3rem + 0.8vw, 2.125rem); line-height: 1.15; font-weight: 600; letter-spacing: -0.02em; }
.figures svg { display: block; margin: 0.75rem 0 0; }
.change { display: block; margin-top: 0.5rem; font-size: 0.875rem; }

section + section { margin-top: clamp(56px, 7vw, 96px); }
.intro { max-width: 68ch; margin-bottom: 1.75rem; }
h2 { font-size: 1.375rem; line-height: 1.25; font-weight: 620; letter-spacing: -0.012em; }
.intro p { margin-top: 0.5rem; color: var(--soft); font-size: 0.9375rem; }
.unbroken { white-space: nowrap; }
.glyph { vertical-align: -0.1em; overflow: visible; }


.kept { fill: var(--kept); }
.cut { fill: url(#hatch); }
.hatch-ground { fill: var(--cut-ground); }
.hatch-line { stroke: var(--cut); stroke-width: 1.6; }
.track { fill: var(--track); }

.verification svg { display: block; max-width: 100%; overflow: visible; }
.verification figcaption { margin-top: 0.25rem; color: var(--soft); font-size: 0.8125rem; }
table.verification { margin-top: 1.75rem; }
.roc { stroke: var(--kept); stroke-width: 2; fill: none; stroke-linejoin: round; }
.roc.before { stroke: var(--cut); stroke-dasharray: 2 4; }


.scroll {
  overflow-x: auto; scrollbar-width: thin;
  background:
    linear-gradient(to left, var(--ground) 30%, transparent) right / 48px 100% no-repeat local,
    linear-gradient(to left, color-mix(in srgb, var(--ink) 14%, transparent), transparent) right / 16px 100% no-repeat scroll;
}
.scroll:focus-visible { outline: 2px solid var(--kept); outline-offset: 4px; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.625rem 0 0.625rem 1.125rem; text-align: right; vertical-align: top; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th:first-child { padding-left: 0; text-align: left; }
thead th { font-size: 0.8125rem; font-weight: 500; color: var(--soft); vertical-align: bottom; padding-block: 0.375rem; border-bottom-color: var(--soft); }
tbody th, tfoot th { font-weight: 500; white-space: normal; min-width: 11rem; }
.iterations th small { display: block; }
.architecture th small { margin-left: 0.375rem; }
.iterations .index { display: inline-block; min-width: 1.5rem; color: var(--soft); }
.iterations tbody th:first-child { padding-left: 2.25rem; text-indent: -1.5rem; }
.iterations th small, .iterations .index, .mark { text-indent: 0; }
.result > * { font-weight: 650; background: var(--faint); }
.iterations th:first-child { padding-left: 0.75rem; }
.result > th { box-shadow: inset 3px 0 var(--kept); }
.mark { margin-right: 0.25em; display: inline-block; line-height: 1.3; padding: 0.05em 0.5em 0.1em; border: 1px solid currentColor; border-radius: 1em; font-size: 0.75rem; font-weight: 600; color: var(--kept); }

.layers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 2.5rem 2.5rem; }
.layer { min-width: 0; }
.layer > svg { display: block; margin-top: 0.75rem; }
h3 { font-size: 1rem; font-weight: 620; line-height: 1.35; }
h3 small { margin-left: 0.25em; }
figcaption p { font-size: 0.875rem; }
.note { font-size: 0.8125rem; color: var(--soft); margin-top: 0.25rem; }

.architecture td { vertical-align: middle; }
.architecture .bar { width: 34%; min-width: 150px; text-align: left; }
.architecture .bar svg { display: block; }
.architecture .group { text-align: center; border-bottom: 0; padding-bottom: 0; }
.architecture .first { color: var(--soft); }
.architecture td + td:not(.first) { padding-left: 0.875rem; }
.same { color: var(--soft); }
.gone .mark, .mark.refused { color: var(--soft); }
.gone .name { text-decoration: line-through; }
tfoot > tr > * { font-weight: 600; border-bottom: 0; }

footer { margin-top: clamp(56px, 7vw, 96px); padding-top: 1.5rem; padding-bottom: 4rem; font-size: 0.875rem; color: var(--soft); }
footer p { max-width: 80ch; }
footer p + p { margin-top: 0.75rem; }

${SCORE_STYLE}
@media (min-width: 720px) and (max-width: 879px) {
  .figures dl:has(> :nth-child(5)) { grid-template-columns: repeat(3, 1fr); }
}
@media (max-width: 719px) {
  .figures dl { grid-template-columns: repeat(2, 1fr); gap: 1.75rem 1.5rem; }
  .figures dl > :last-child:nth-child(odd) { grid-column: 1 / -1; }
}
@media screen and (max-width: 719px) {
  tbody th, tfoot th { min-width: 8.5rem; }
  th:first-child:not([rowspan]) { position: sticky; left: 0; background: var(--ground); }
  .result > th:first-child { background: var(--faint); }
  .architecture th small { display: block; margin: 0; }
  .architecture .bar { min-width: 96px; white-space: normal; }
}
@media screen and (min-width: ${BESIDE}) {
  main, footer { max-width: 1712px; }
  section:not(.figures), .figures { display: grid; grid-template-columns: 17rem minmax(0, 1fr); column-gap: 4.5rem; }
  .figures { display: block; }
  .intro { margin: 0; }
  .layers { grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); }
}
@media print {
  :root { color-scheme: light; --ground: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  @page { margin: 16mm 14mm; }
  html { font-size: 12px; }
  main, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  h1 { font-size: 2.5rem; }
  section + section, footer { margin-top: 12mm; }
  .figures dl { grid-template-columns: repeat(auto-fit, minmax(100px, 1fr)); }
  .figures dl > :last-child:nth-child(odd) { grid-column: auto; }
  figure, tr, .figures { break-inside: avoid; }
  h2, .intro, thead { break-after: avoid; }
  tfoot { display: table-row-group; }
  .scroll { overflow: visible; background: none; }
  th, td { padding-left: 0.75rem; }
}
`;
