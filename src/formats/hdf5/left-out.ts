// What of an HDF5 file is left out of a copy: links, and data of kinds that cannot be written.
import { UserError } from '../../errors';
import { isWritableAttribute, MAX_DEPTH } from './copy';
import { elementType } from './element-type';
import type { Hdf5File } from './read';

/** More are counted, not named. */
const NAMED = 3;

/** Warnings, none or one. @param omitted groups that are left out anyway. */
export function leftOut(file: Hdf5File, omitted: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (path: string, depth = 0): void => {
    if (depth > MAX_DEPTH) throw new UserError(`groups nest more than ${MAX_DEPTH} deep: that is no model`);
    for (const name of file.attributeNames(path)) {
      if (!isWritableAttribute(file.library, file.attribute(path, name))) found.push(`${path}@${name}`);
    }
    if (file.kind(path) !== 'group') return;
    for (const name of file.names(path)) {
      const inner = path === '/' ? `/${name}` : `${path}/${name}`;
      if (omitted.includes(inner)) continue;
      const kind = file.kind(inner);
      if (kind === 'group' || isWritableDataset(file, inner)) visit(inner, depth + 1);
      else found.push(inner);
    }
  };
  visit('/');
  if (found.length === 0) return [];
  const named = found.slice(0, NAMED).map((path) => `"${path}"`);
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : '';
  const verb = found.length === 1 ? 'is' : 'are';
  return [`${named.join(', ')}${more} of the file ${verb} of a kind that cannot be written: a pruned model is without`];
}

function isWritableDataset(file: Hdf5File, path: string): boolean {
  if (file.kind(path) !== 'dataset') return false;
  const stored = file.dataset(path);
  return elementType(file.library, stored) !== undefined && stored.shape !== null;
}
