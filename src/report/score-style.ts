// How the chart of sizes and scores looks, on the report's page and in the panel. Colours are variables of what is around.
export const SCORE_STYLE = `
svg text { font-size: 13px; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .tick, svg .axis-title, svg .band-label { font-size: 12px; fill: var(--soft); }
.grid { stroke: var(--rule); }
.axis { stroke: var(--soft); }
.score { padding: 0 64px 0 56px; }
.score > svg { display: block; overflow: visible; }
.band { fill: var(--band); }
.original { stroke: var(--kept); stroke-dasharray: 1 4; stroke-linecap: round; }
.break { stroke: var(--soft); stroke-dasharray: 6 5; }
.fall { stroke: var(--soft); stroke-dasharray: 2 4; }
.recovery { stroke: var(--cut); stroke-width: 2; fill: none; stroke-linecap: round; stroke-linejoin: round; }
.whisker { stroke: var(--kept); stroke-width: 1.75; fill: none; }
.dot { fill: var(--kept); }
/* One that was refused. */
.cross { fill: none; stroke: var(--cut); stroke-width: 2.5; stroke-linecap: round; }
.hollow { fill: var(--ground); stroke: var(--cut); stroke-width: 2; }
.ring { fill: var(--ground); stroke: var(--kept); stroke-width: 1.75; }
.label-score { font-weight: 600; }
svg .label-cut, svg .label-regained { fill: var(--cut); }
.label-cut, .label-regained, .label-score.of-result { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
svg .label-title { fill: var(--soft); }
.of-result.label-size, .label-result { font-weight: 600; }
svg .label-result { fill: var(--kept); }
.narrow { display: none; }
@media (max-width: 879px) {
  .wide { display: none; }
  .narrow { display: inline; }
}
@media (max-width: 719px) {
  .score { padding: 0 12px 0 48px; }
}
`;
