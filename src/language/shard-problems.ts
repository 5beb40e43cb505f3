// What is wrong with the shards of a model.json: missing, cut short, too long. They are measured, never read.
import { fileURLToPath } from 'node:url';
import type { ModelError } from '../errors';
import { checkShards } from '../formats/tfjs/shards';
import { type ModelAnalysis, type ModelProblem, sentence } from './model-analysis';

/** None for a document that is no file: it has nothing beside it. */
export async function shardProblems(uri: string, { places, figures }: ModelAnalysis): Promise<ModelProblem[]> {
  if (figures === undefined || !uri.startsWith('file:')) return [];
  const found: ModelError[] = [];
  try {
    await checkShards(fileURLToPath(uri), figures.manifest, (problem) => found.push(problem));
  } catch (error) {
    // The model's own file is not there (yet): it was not saved, or is being moved.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return found.flatMap((problem) => {
    const { shard } = problem.place;
    const node = places.shards.find(({ path }) => path === shard)?.node ?? places.manifestKey;
    return node ? [{ message: sentence(problem.message), node, severity: 'error', shard: shard ?? '' }] : [];
  });
}
