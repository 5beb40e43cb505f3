// What a compared model is called: two of one session have the same name, but lie in different places.

/** The file's name, or that of the folder of a model.json. */
export function modelTitle(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const last = parts.at(-1) ?? path;
  return last === 'model.json' ? (parts.at(-2) ?? last) : last;
}
