import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerFates } from '../../src/report/channel-fate';
import { endsOf } from '../../src/report/ends';
import { MOST_COLUMNS, scoreColumns, unitColumns } from '../../src/report/relevance-columns';
import { lenet, vgg } from './fixture';

test('later cuts count in the channels that were left: followed back to the first measurement', () => {
  const [original] = lenet.iterations;
  assert.ok(original);
  const iterations = [
    original,
    {
      ...original,
      index: 1,
      relevance: [{ layer: 'dense', measure: 'l1', scores: [5, 1, 4, 2, 3, 6], observations: 0 }],
      cuts: [{ layer: 'dense', channels: 6, removed: [1, 3] }],
    },
    { ...original, index: 2, cuts: [{ layer: 'dense', channels: 4, removed: [1, 2] }] },
  ];
  // Of 0 2 4 5, the second cut takes positions 1 and 2.
  assert.deepEqual([...(layerFates(endsOf({ iterations, chosen: 2 }))[0]?.cut ?? [])], [1, 2, 3, 4]);
  assert.deepEqual([...(layerFates(endsOf({ iterations, chosen: 1 }))[0]?.cut ?? [])], [1, 3]);
});

test('of the units of the example one neuron is kept each', () => {
  const [dense] = layerFates(endsOf(lenet));
  assert.equal(dense?.cut.size, 192);
  const { columns } = unitColumns(dense, 4);
  assert.equal(columns.length, 64);
  for (const unit of columns) {
    assert.equal(unit.filter(({ cut }) => !cut).length, 1);
    assert.ok(Math.abs(unit.reduce((sum, { height }) => sum + height, 0) - 1) < 1e-9);
  }
});

test('columns fall from left to right, and binning keeps their area, kept and cut', () => {
  const [fate] = layerFates(endsOf(vgg));
  assert.ok(fate);
  const scores = Array.from({ length: 3_000 }, (_, i) => 1 + Math.sin(i));
  const cut = new Set(scores.flatMap((score, i) => (score < 1 ? [i] : [])));
  const { columns, each, top } = scoreColumns({ ...fate, relevance: { ...fate.relevance, scores }, cut });
  assert.ok(columns.length <= MOST_COLUMNS);
  const heights = columns.map((column) => column.reduce((sum, { height }) => sum + height, 0));
  assert.deepEqual(
    heights,
    [...heights].sort((a, b) => b - a),
  );
  const area = columns.flat().reduce((sum, segment) => sum + (segment.cut ? segment.height : 0), 0) * each * top;
  const exact = [...cut].reduce((sum, i) => sum + (scores[i] ?? 0), 0);
  assert.ok(Math.abs(area / exact - 1) < 0.01, `${area} for ${exact}`);
});
