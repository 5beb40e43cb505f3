// Names of layers and of their parts: a recipe and a score may name either.

interface Named {
  readonly name: string;
  readonly parts?: readonly { readonly name: string }[];
}

/** The names, and of those that are a part's ("attention/query") the layer's too. */
export function withWholes(names: Iterable<string>, layers: readonly Named[]): Set<string> {
  const all = new Set(names);
  for (const { name, parts } of layers) if (parts?.some((part) => all.has(part.name))) all.add(name);
  return all;
}

/** What a part is called beside its layer, or beside another part of it: "query". */
export function partTitle(name: string, layer: string): string {
  return name.startsWith(`${layer}/`) ? name.slice(layer.length + 1) : name;
}

/** The layer that goes by a name, or that a part of this name is of. */
export function ownerOf<Layer extends Named>(name: string, layers: readonly Layer[]): Layer | undefined {
  return (
    layers.find((layer) => layer.name === name) ??
    layers.find(({ parts }) => parts?.some((part) => part.name === name) === true)
  );
}
