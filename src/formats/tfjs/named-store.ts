// Finds a layer's weights in a TF.js manifest, where the layer's name is a part of theirs.
import type { Weight } from '../../model/weight';
import { type NamedWeight, pickWeight } from '../keras/named-weights';
import type { WeightStore } from '../keras/weight-store';

export function namedStore(weights: ReadonlyMap<string, Weight>): WeightStore {
  const byLayer = new Map<string, NamedWeight[]>();
  for (const [name, weight] of weights) {
    for (const layer of new Set(prefixes(name))) {
      const own = byLayer.get(layer);
      if (own) own.push({ name, weight });
      else byLayer.set(layer, [{ name, weight }]);
    }
  }
  return {
    find(request) {
      const exact = weights.get([...request.path.slice(-1), request.name].join('/'));
      if (exact !== undefined && request.parts.every(({ name }) => name === '')) return exact;
      const layer = request.path.at(-1) ?? '';
      const own = byLayer.get(layer) ?? [];
      const outer = request.path.slice(0, -1);
      const nested = own.filter(({ name }) => outer.every((part) => name.split('/').includes(part)));
      return pickWeight(nested.length > 0 ? nested : own, request)?.weight;
    },
    all: (path) => (byLayer.get(path.at(-1) ?? '') ?? []).map(({ weight }) => weight),
  };
}

/** More than any name has; a longer one is made to exhaust memory. */
const MAX_PARTS = 16;

/** Layers that a weight's name may say it belongs to. A layer's own name may hold a slash. */
function prefixes(name: string): string[] {
  const parts = name.split('/').slice(0, -1).slice(0, MAX_PARTS);
  return [...parts, ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}
