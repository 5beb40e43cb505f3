// What a person calls a model on disk, for the names of what comes from it.
import { basename, dirname, extname } from 'node:path';

/** The folder of a model.json, which every TF.js model is called; of another file its name without the extension. */
export function modelName(path: string): string {
  const name = basename(path);
  return name === 'model.json' ? basename(dirname(path)) : basename(path, extname(path));
}
