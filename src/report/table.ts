// The table of all iterations.
import type { IterationKind, IterationRecord, SessionRecord } from '../session/record';
import { pageColumns } from './columns';
import { endsOf } from './ends';
import { count } from './format';
import { html, type Markup } from './markup';
import { scoreHeading } from './score-text';

const KINDS: Readonly<Record<IterationKind, string>> = {
  original: 'before any cut',
  maxout: 'maxout introduced',
  neurons: 'neurons cut',
  weights: 'weights set to zero',
  quantized: 'stored in fewer bits',
  sparse: 'stored without zeros',
  training: 'nothing cut, trained for longer',
};

/** Of more layers than this, only their number is told. */
const MOST_CUTS = 2;

export function iterationsSection(session: SessionRecord): Markup {
  const { iterations } = session;
  const { metric, original, result } = endsOf(session);
  const columns = pageColumns(iterations, metric);
  return html`<section aria-labelledby="iterations-heading">
<div class="intro">
<h2 id="iterations-heading">Iterations</h2>
<p>“After cut” and “${scoreHeading(metric)}” are on the test samples, before and after retraining. The result is marked. The model of every iteration is in <bdi class="path">${session.folder}</bdi>: iterations/000/model and so on.</p>
</div>
<div class="scroll" role="region" aria-labelledby="iterations-heading" tabindex="0">
<table class="iterations">
<thead><tr><th scope="col">Iteration</th>${columns.map(({ heading }) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${iterations.map(
  (
    iteration,
  ) => html`<tr${iteration === result ? html` class="result"` : undefined}>${rowHead(iteration, iteration === result)}${columns.map(
    (column) => html`<td>${column.text(iteration, original)}</td>`,
  )}</tr>
`,
)}</tbody>
</table>
</div>
</section>`;
}

function rowHead(iteration: IterationRecord, chosen: boolean): Markup {
  return html`<th scope="row"><span class="index">${iteration.index}</span><bdi class="name">${iteration.title}</bdi><small>${
    chosen ? html`<b class="mark">result</b> ` : undefined
  }${iteration.accepted === false ? html`<b class="mark refused">refused</b> ` : undefined}${whatWasDone(iteration)}${
    iteration.from === undefined ? undefined : html`, from ${iteration.from}`
  }</small></th>`;
}

/** "dense 256 → 192". */
function whatWasDone({ kind, cuts }: IterationRecord): string | Markup {
  if (cuts.length === 0) return KINDS[kind];
  if (cuts.length > MOST_CUTS) {
    const removed = cuts.reduce((sum, cut) => sum + cut.removed.length, 0);
    return `${count(removed)} channels of ${count(cuts.length)} layers cut`;
  }
  return html`${cuts.map(
    ({ layer, channels, removed }, i) =>
      html`${i > 0 ? ', ' : undefined}<bdi>${layer}</bdi> ${count(channels)} → ${count(channels - removed.length)}`,
  )}`;
}
