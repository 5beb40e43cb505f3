// The shards of a TF.js model: found, measured, and read a weight at a time.
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ModelError, messageOf, type Report, raise, UserError } from '../../errors';
import type { Weight } from '../../model/weight';
import { bytesInFiles, confinedFile, type FileRange } from '../files';
import type { ManifestGroup } from './manifest';

interface Shard {
  readonly path: string;
  /** Position of its first byte in the group. */
  readonly start: number;
  readonly size: number;
}

export interface ShardedWeights {
  readonly weights: Map<string, Weight>;
  /** Size of every shard in bytes, group after group. */
  readonly shardSizes: readonly number[];
}

/** Says what is wrong with the shards of a manifest: missing, too short, too long. None is read. */
export async function checkShards(file: string, manifest: readonly ManifestGroup[], report: Report): Promise<void> {
  const taken = new Set([await realpath(file)]);
  for (const group of manifest) await measure(dirname(file), group, taken, report);
}

/**
 * The weights of a manifest; their bytes are read when asked for.
 * @param file the model.json, beside which the shards lie.
 */
export async function openShards(file: string, manifest: readonly ManifestGroup[]): Promise<ShardedWeights> {
  const weights = new Map<string, Weight>();
  const shardSizes: number[] = [];
  const taken = new Set([await realpath(file)]);
  for (const group of manifest) {
    const shards = await measure(dirname(file), group, taken);
    shardSizes.push(...shards.map(({ size }) => size));
    let offset = 0;
    for (const { name, shape, storage, bytes } of group.weights) {
      const start = offset;
      weights.set(name, {
        name,
        shape,
        storage,
        trainable: true,
        bytes: bytesInFiles(rangesOf(shards, start, bytes), shape[0] ?? 1),
      });
      offset += bytes;
    }
  }
  return { weights, shardSizes };
}

/** @param taken files that are in use already: one named twice would be written twice. */
async function measure(
  folder: string,
  group: ManifestGroup,
  taken: Set<string>,
  report: Report = raise,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let start = 0;
  for (const name of group.paths) {
    try {
      const path = await confinedFile(folder, name, 'weightsManifest');
      if (taken.has(path)) throw new UserError(`weightsManifest: the file "${name}" is named twice`);
      taken.add(path);
      const { size } = await stat(path);
      shards.push({ path, start, size });
      start += size;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      report(new ModelError(messageOf(error), { shard: name }));
    }
  }
  const wanted = group.weights.reduce((sum, weight) => sum + weight.bytes, 0);
  if (shards.length === group.paths.length && start !== wanted) report(sizeError(group, start, wanted));
  return shards;
}

/** Names the weight at which too few bytes run out. */
function sizeError(group: ManifestGroup, found: number, wanted: number): ModelError {
  const shards = group.paths.map((path) => `"${path}"`).join(', ');
  const count = (value: number): string => value.toLocaleString('en');
  const place = { shard: group.paths.at(-1) ?? '' };
  if (found > wanted) {
    return new ModelError(
      `${shards}: ${count(found)} bytes are there, the manifest describes ${count(wanted)}. ` +
        'The file is too long or belongs to another model; export the model again.',
      place,
    );
  }
  let end = 0;
  const cut = group.weights.find(({ bytes }) => {
    end += bytes;
    return end > found;
  });
  return new ModelError(
    `weights "${cut?.name}" [${cut?.shape.join('×')}] end at byte ${count(end)}, ${shards} ${group.paths.length === 1 ? 'holds' : 'hold'} ${count(found)} ` +
      `(the manifest describes ${count(wanted)}). The file looks truncated; export the model again.`,
    place,
  );
}

/** A large weight lies in many shards. */
function rangesOf(shards: readonly Shard[], start: number, length: number): FileRange[] {
  return shards.flatMap((shard) => {
    const from = Math.max(start, shard.start);
    const to = Math.min(start + length, shard.start + shard.size);
    return from < to ? [{ path: shard.path, offset: from - shard.start, length: to - from }] : [];
  });
}
