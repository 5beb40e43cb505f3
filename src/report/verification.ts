// The section on verification: for each distance the curve of true against false positives, before and after, and for
// every iteration accuracy and equal error rate.
import type { DistanceName } from '../evaluation/distances';
import type { RocPoint, VerificationRecord } from '../evaluation/verification';
import type { IterationRecord, SessionRecord } from '../session/record';
import { type Ends, endsOf } from './ends';
import { counted, percent } from './format';
import { html, type Markup } from './markup';
import { px } from './svg';

const NAMES: Readonly<Record<DistanceName, string>> = { cosine: 'Cosine', 'bray-curtis': 'Bray–Curtis' };

/** Pixels of the square that a curve is drawn in, and around it. */
const SIDE = 240;
const LEFT = 44;
const TOP = 8;
const BOTTOM = 40;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Absent where the session's data has no pairs. */
export function verificationSection(session: SessionRecord): Markup | undefined {
  const ends = endsOf(session);
  const distances = ends.original.verification?.map(({ distance }) => distance) ?? [];
  if (distances.length === 0) return undefined;
  const pairs = counted(session.data.test, 'test pair');
  return html`<section aria-labelledby="verification-heading">
<div class="intro">
<h2 id="verification-heading">Verification of pairs</h2>
<p>Two pictures are taken for the same person where their descriptors are closer than a threshold, which is the best one for the validation pairs. On ${pairs}: the curve over all thresholds, the original dotted, the result solid; where it meets the diagonal is the equal error rate.</p>
</div>
<div class="layers">${distances.map((distance) => figure(distance, ends))}</div>
<div class="scroll" role="region" aria-labelledby="verification-heading" tabindex="0">${table(session, ends, distances)}</div>
</section>`;
}

function figure(distance: DistanceName, { original, result }: Ends): Markup {
  const [before, after] = [recordOf(original, distance), recordOf(result, distance)];
  const id = `verification-${distance}`;
  const rate = (record: VerificationRecord | undefined): string => percent(record?.equalErrorRate ?? Number.NaN, 2);
  return html`<figure class="verification">
<svg role="img" aria-labelledby="${id} ${id}-description" width="${LEFT + SIDE + 8}" height="${TOP + SIDE + BOTTOM}">
<title id="${id}">${NAMES[distance]} distance: true against false positives</title>
<desc id="${id}-description">Equal error rate ${rate(before)} before, ${rate(after)} after.</desc>
${TICKS.map(
  (share) =>
    html`<line class="grid" x1="${px(x(0))}" x2="${px(x(1))}" y1="${px(y(share))}" y2="${px(y(share))}"/><text class="tick" x="${px(LEFT - 6)}" y="${px(y(share) + 4)}" text-anchor="end">${Math.round(share * 100)} %</text><text class="tick" x="${px(x(share))}" y="${px(TOP + SIDE + 16)}" text-anchor="middle">${Math.round(share * 100)} %</text>`,
)}
<line class="fall" x1="${px(x(0))}" y1="${px(y(1))}" x2="${px(x(1))}" y2="${px(y(0))}"/>
${result === original ? undefined : html`<path class="roc before" d="${path(before?.curve ?? [])}"/>`}
<path class="roc" d="${path(after?.curve ?? [])}"/>
<text class="axis-title" x="${px(x(1))}" y="${px(TOP + SIDE + 34)}" text-anchor="end">two people taken for one →</text>
</svg>
<figcaption>${NAMES[distance]} distance: one person found (up) against two people taken for one</figcaption>
</figure>`;
}

function table({ iterations }: SessionRecord, { result }: Ends, distances: readonly DistanceName[]): Markup {
  return html`<table class="verification">
<thead><tr><th scope="col">Iteration</th>${distances.map(
    (distance) => html`<th scope="col">${NAMES[distance]}: accuracy</th><th scope="col">equal error rate</th>`,
  )}</tr></thead>
<tbody>
${iterations.map(
  (
    iteration,
  ) => html`<tr${iteration === result ? html` class="result"` : undefined}><th scope="row"><bdi>${iteration.title}</bdi></th>${distances.map(
    (distance) => {
      const record = recordOf(iteration, distance);
      return html`<td>${percent(record?.accuracy ?? Number.NaN, 2)}</td><td>${percent(record?.equalErrorRate ?? Number.NaN, 2)}</td>`;
    },
  )}</tr>
`,
)}</tbody>
</table>`;
}

function recordOf({ verification }: IterationRecord, distance: DistanceName): VerificationRecord | undefined {
  return verification?.find((record) => record.distance === distance);
}

function path(curve: readonly RocPoint[]): string {
  return curve
    .map(({ falsePositive, truePositive }, i) => `${i === 0 ? 'M' : 'L'}${px(x(falsePositive))} ${px(y(truePositive))}`)
    .join('');
}

function x(share: number): number {
  return LEFT + share * SIDE;
}

function y(share: number): number {
  return TOP + (1 - share) * SIDE;
}
