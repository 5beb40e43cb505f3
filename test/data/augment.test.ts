// Augmentation: what moves, that it repeats for the same draw, and that without one nothing does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { augmented } from '../../src/data/augment';
import type { Split } from '../../src/data/dataset';
import { UserError } from '../../src/errors';
import { float32 } from '../../src/model/tensor';
import { splitOf } from '../split';

const [HEIGHT, WIDTH, COUNT] = [3, 4, 40];
const PIXELS = Float32Array.from({ length: COUNT * HEIGHT * WIDTH }, (_, i) => i);
const SPLIT = splitOf(float32([COUNT, HEIGHT, WIDTH, 1], PIXELS));
const ALL = Array.from({ length: COUNT }, (_, i) => i);

async function pictures(split: Split, draw?: string): Promise<number[][][]> {
  const out = new Float32Array(COUNT * HEIGHT * WIDTH);
  await split.read(ALL, [out], draw);
  return ALL.map((i) =>
    Array.from({ length: HEIGHT }, (_, y) => {
      const start = (i * HEIGHT + y) * WIDTH;
      return [...out.subarray(start, start + WIDTH)];
    }),
  );
}

test('without a draw nothing is changed; the same draw changes the same, another draw something else', async () => {
  const split = augmented(SPLIT, { flip: true, shift: 1 });
  assert.deepEqual(await pictures(split), await pictures(SPLIT));
  const first = await pictures(split, 'seed 1');
  assert.notDeepEqual(first, await pictures(SPLIT));
  assert.deepEqual(await pictures(split, 'seed 1'), first);
  assert.notDeepEqual(await pictures(split, 'seed 2'), first);
});

test('about half of the pictures are mirrored, the others as they were', async () => {
  const before = await pictures(SPLIT);
  const after = await pictures(augmented(SPLIT, { flip: true }), 'draw');
  const mirrored = ALL.filter((i) => {
    const turned = before[i]?.map((row) => row.toReversed());
    if (JSON.stringify(after[i]) === JSON.stringify(turned)) return true;
    assert.deepEqual(after[i], before[i]);
    return false;
  });
  assert.ok(mirrored.length > 10 && mirrored.length < 30, `${mirrored.length} of ${COUNT}`);
});

test('a shift moves by up to so many pixels each way, and the edge is repeated', async () => {
  const before = await pictures(SPLIT);
  const after = await pictures(augmented(SPLIT, { shift: 1 }), 'draw');
  const seen = new Set<string>();
  for (const i of ALL) {
    const found = [-1, 0, 1]
      .flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy] as const))
      .find(([dx, dy]) => {
        const at = (y: number, x: number): number | undefined =>
          before[i]?.[Math.min(HEIGHT - 1, Math.max(0, y - dy))]?.[Math.min(WIDTH - 1, Math.max(0, x - dx))];
        return after[i]?.every((row, y) => row.every((value, x) => value === at(y, x)));
      });
    assert.ok(found, `picture ${i} is moved by nothing that was asked for`);
    seen.add(found.join());
  }
  assert.ok(seen.size > 6, `only ${seen.size} of 9 shifts seen`);
});

test('what has no pictures, or a target at other places than their pixels, is not augmented', () => {
  const numbers = splitOf(float32([2, 3], new Float32Array(6)));
  assert.throws(() => augmented(numbers, { flip: true }), UserError);
  assert.equal(augmented(numbers, { flip: false, shift: 0 }), numbers);
  const [target] = SPLIT.targets;
  assert.ok(target?.kind === 'classes');
  for (const shape of [[HEIGHT - 1, WIDTH], [HEIGHT * WIDTH]]) {
    const masks = { ...SPLIT, targets: [{ ...target, shape }] };
    assert.throws(() => augmented(masks, { shift: 1 }), /not the target "labels"/);
  }
});
