// What tells a model from every other: a sum over its file and all its weights, wherever they lie.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors';
import { piecesOf } from '../model/bytes';
import type { Model } from '../model/model';

/** Throws UserError where the model's file is no longer there. */
export async function fingerprint(model: Model, path: string): Promise<string> {
  const sum = createHash('sha256');
  const file = await readFile(path).catch((error: unknown) => {
    throw new UserError(
      `${path} vanished while the session was running: ${messageOf(error)}. Put it back, then resume the session.`,
    );
  });
  sum.update(file);
  for (const { bytes } of model.graph.weights.values()) {
    for await (const piece of piecesOf(bytes)) sum.update(piece);
  }
  return sum.digest('hex');
}
