// A written model in the framework it came from: TF.js here, Keras and onnxruntime in a Python that has them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tensor } from '../../src/model/tensor';
import { fromTf, tf, toTf } from '../tensorflow';
import { largestDifference } from '../tensors';
import type { Checked } from './check-model';

export interface Agreement {
  readonly framework: string;
  /** The largest difference as a share of the largest value; undefined where it could not be asked, and why. */
  readonly difference?: number;
  readonly problem?: string;
}

/** @param path the written model. */
export async function askOriginal(
  path: string,
  checked: Checked,
  python: string | undefined,
  scratch: string,
): Promise<Agreement> {
  if (checked.notRun !== undefined) return { framework: '', problem: checked.notRun };
  try {
    return checked.format === 'tfjs' ? await byTfjs(path, checked) : byPython(path, checked, python, scratch);
  } catch (error) {
    return { framework: '', problem: (error as Error).message.split('\n')[0] ?? '' };
  }
}

interface Manifest {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly paths: string[]; readonly weights: tf.io.WeightsManifestEntry[] }[];
}

async function byTfjs(path: string, { inputs, outputs }: Checked): Promise<Agreement> {
  const json = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const shards = json.weightsManifest.flatMap(({ paths }) =>
    paths.map((name) => readFileSync(join(dirname(path), name))),
  );
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData }),
  );
  const given = [...inputs.values()].map(toTf);
  const made = model.predict(given.length === 1 ? (given[0] as tf.Tensor) : given);
  const list = Array.isArray(made) ? made : [made];
  const difference = Math.max(
    0,
    ...[...outputs.values()].map((wanted, i) => largestDifference(fromTf(list[i] as tf.Tensor), wanted)),
  );
  return { framework: `TF.js ${tf.version_layers ?? tf.version.tfjs}`, difference };
}

const NUMPY_TYPES: Readonly<Record<string, string>> = { float32: '<f4', int64: '<i8', int32: '<i4', bool: '?' };

function byPython(path: string, { inputs, outputs }: Checked, python: string | undefined, scratch: string): Agreement {
  if (python === undefined) return { framework: '', problem: 'no Python was named' };
  mkdirSync(scratch, { recursive: true });
  const store = (kind: string, tensors: ReadonlyMap<string, Tensor>): object[] =>
    [...tensors.values()].map(({ type, shape, data }, i) => {
      const file = `${kind}-${i}`;
      writeFileSync(join(scratch, file), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return { file, shape, type: NUMPY_TYPES[type] ?? '<f4' };
    });
  const described = { inputs: store('inputs', inputs), outputs: store('outputs', outputs) };
  writeFileSync(join(scratch, 'tensors.json'), JSON.stringify(described));
  const { status, stdout, stderr } = spawnSync(python, ['test/models/original.py', path, scratch], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? 'Python failed');
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Agreement;
}
