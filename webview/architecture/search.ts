// Which layers a search means: those whose name or type holds every word of it.

export function matching<L extends { readonly name: string; readonly type: string }>(
  layers: readonly L[],
  search: string,
): L[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return layers.filter(({ name, type }) => {
    const text = `${name} ${type}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
