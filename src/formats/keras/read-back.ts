// What was written is read back before it gets its name: a config that does not fit its new weights is never left behind.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';

/** @param path of the file just written. @param read opens it. */
export async function readBack(path: string, model: Model, read: (path: string) => Promise<Model>): Promise<void> {
  const again = await read(path).catch((error: unknown) => {
    throw error instanceof UserError ? unfit(error.message.replaceAll(`${path}: `, '')) : error;
  });
  for (const [name, { shape }] of again.graph.weights) {
    const own = model.graph.weights.get(name);
    if (own !== undefined && own.shape.join() !== shape.join()) {
      throw unfit(`weight "${name}" is [${shape.join(', ')}] where [${own.shape.join(', ')}] was meant`);
    }
  }
}

function unfit(problem: string): UserError {
  return new UserError(
    `The pruned model was not written, since it would not fit together: ${problem}. Keep the layers around it whole (--protect).`,
  );
}
