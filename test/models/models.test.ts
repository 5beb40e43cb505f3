// Real models of every format, by people who never heard of us: each is read, cut, masked, written and read again.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { checkModel } from './check-model';

const MODELS = '../shared/models';

/** Files that hold no layers model, and what is said of them. */
const REFUSED: ReadonlyMap<string, RegExp> = new Map([
  ['h5/textgenrnn/textgenrnn_weights.hdf5', /holds weights alone/],
  ['tfjs/mnistweb/model.json', /is a TF\.js graph model/],
]);

function modelFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(h5|hdf5|keras|onnx)$|(^|\/)model\.json$/.test(path))
    .sort();
}

if (!existsSync(MODELS)) {
  test('real models', { skip: `${MODELS} is missing: no real models to check` }, () => {});
} else {
  for (const path of modelFiles(MODELS)) {
    const refusal = REFUSED.get(path);
    test(path, async () => {
      const checking = checkModel(join(MODELS, path));
      if (refusal) {
        await assert.rejects(checking, (error) => error instanceof UserError && refusal.test(error.message));
        return;
      }
      const { cutAgainstMask, writtenAgainstCut } = await checking;
      assert.ok(cutAgainstMask <= 1e-4, `cut and mask differ by ${cutAgainstMask}`);
      assert.ok(writtenAgainstCut <= 1e-6, `written and cut differ by ${writtenAgainstCut}`);
    });
  }
}
