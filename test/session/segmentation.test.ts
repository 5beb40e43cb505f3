// A session on masks: pixels that are ignored, judged and decided by mean IoU, on a few pictures.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PNG } from 'pngjs';
import { makeRecipe } from '../../src/session/recipe';
import { runSession, type SessionEvent } from '../../src/session/session';
import { inFolder } from '../data/folder';
import { refusal } from '../data/read';
import { randomise, saveToFolder } from '../layers-model';
import { tf } from '../tensorflow';

const SIDE = 8;
const COUNT = 60;
const GREY = 0;

/** A square of one of two classes on nothing; the row above it and the pixels at its right are ignored. */
function labelAt(i: number, x: number, y: number): number {
  const [left, top, size] = [i % 3, 1 + (i % 4), 3];
  const inside = x >= left && x < left + size && y >= top && y < top + size;
  if (inside) return 1 + (i % 2);
  return y === top - 1 || x === left + size ? 255 : 0;
}

function png(data: number[], colorType: 0 | 2): Buffer {
  const image = new PNG({ width: SIDE, height: SIDE });
  image.data = Buffer.from(data);
  return PNG.sync.write(image, { colorType, inputColorType: colorType, bitDepth: 8, inputHasAlpha: false });
}

async function pictures(folder: string): Promise<void> {
  await mkdir(join(folder, 'data', 'images'), { recursive: true });
  await mkdir(join(folder, 'data', 'masks'), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const labels = Array.from({ length: SIDE * SIDE }, (_, p) => labelAt(i, p % SIDE, Math.floor(p / SIDE)));
    const colours = labels.flatMap((label) => [0, label === 1 ? 255 : 0, label === 2 ? 255 : 0]);
    await writeFile(join(folder, 'data', 'masks', `${i}.png`), png(labels, GREY));
    await writeFile(join(folder, 'data', 'images', `${i}.png`), png(colours, 2));
  }
}

const network = (): tf.LayersModel =>
  randomise(
    tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [SIDE, SIDE, 3], filters: 8, kernelSize: 1, activation: 'relu', name: 'inner' }),
        tf.layers.conv2d({ filters: 3, kernelSize: 1, activation: 'softmax', name: 'classes' }),
      ],
    }),
    3,
  );

test('a network of masks learns from the pixels that are known, and is judged by mean IoU', async () => {
  await inFolder(async (folder) => {
    await pictures(folder);
    const model = await saveToFolder(network(), join(folder, 'model'));
    const recipeWith = (more: object) =>
      makeRecipe(
        {
          model,
          data: { source: 'data', validation: 0.2 },
          prune: { method: 'ratio', ratio: 0.25, iterations: 1 },
          retrain: { epochs: 40, batch: 8, learningRate: 0.01 },
          ...more,
        },
        folder,
        'The test',
      );
    const events: SessionEvent[] = [];
    const { iterations } = await runSession(recipeWith({ metric: 'mean-iou', until: 'significant' }), {
      sessions: join(folder, 'sessions'),
      onEvent: (event) => events.push(event),
    });
    const [before, after] = iterations;
    assert.deepEqual([before?.metric.name, after?.accepted], ['mean-iou', true]);
    // Every known pixel is told apart by its colour. Those that are ignored have the colour of nothing and lie beside.
    assert.ok((after?.score ?? 0) > 0.95, `${before?.score} to ${after?.score}`);
    const texts = events.map((event) => ('text' in event ? event.text : '')).join('\n');
    assert.match(texts, /of the masks' pixels say that nothing is known there/);
    assert.doesNotMatch(texts, /told from chance/);
    const few = recipeWith({ until: 'significant', data: { source: 'data', validation: 0.05 } });
    assert.match(
      await refusal(runSession(few, { sessions: join(folder, 'others'), out: join(folder, 'other') })),
      /decides on 2 validation samples, on which no loss can be told from chance\. It takes 5: set --validation 0\.1/,
    );
  });
});
