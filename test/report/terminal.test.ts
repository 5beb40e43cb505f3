import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iterationTable, TERMINAL_WIDTH } from '../../src/report/terminal';
import type { SessionRecord } from '../../src/session/record';
import { lenet, single, vgg } from './fixture';

test('every iteration has its line, the figures aligned on the right', () => {
  assert.equal(
    iterationTable(lenet),
    `
 #  Iteration             Params  Removed  Non-zero    MACs  After cut  Accuracy  p-value  Seconds
 0  Original             240,470        –   240,470  2.17 M          –   99.05 %        –      215
 1  3 neurons a unit     187,158   22.2 %   187,158  2.11 M    98.84 %   99.07 %     0.63      131
 2  2 neurons a unit     133,846   44.3 %   133,846  2.06 M    98.11 %   99.02 %     0.39      119
 3  1 neuron a unit       80,534   66.5 %    80,534  2.01 M    94.67 %   98.99 %     0.27      104
*4  43 % of the weights   80,534   66.5 %    34,486  2.01 M    94.12 %   99.03 %     0.43     97.6
* the result`.slice(1),
  );
});

test('no line is wider than a terminal, whatever the titles and sizes', () => {
  const large: SessionRecord = {
    ...vgg,
    iterations: vgg.iterations.map((iteration) => ({
      ...iteration,
      title: `${iteration.title}, of every layer that may be pruned`,
      parameters: iteration.parameters * 100,
      nonZero: iteration.nonZero * 100,
      macs: iteration.macs * 1e4,
    })),
  };
  for (const session of [lenet, vgg, single, large]) {
    const lines = iterationTable(session).split('\n');
    assert.equal(lines.length, session.iterations.length + 2);
    for (const line of lines) assert.ok(line.length <= TERMINAL_WIDTH, `${line.length}: ${line}`);
    assert.equal(lines.filter((line) => /^\*\s*\d/.test(line)).length, 1);
  }
});

test('a title can not send commands to the terminal', () => {
  const [original] = lenet.iterations;
  assert.ok(original);
  const text = iterationTable({
    iterations: [{ ...original, title: '\u001b[2J\u202eOri\nginal' }],
    chosen: 0,
  });
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.equal(text.split('\n').length, 3);
  assert.match(text, /\[2JOriginal/);
});
