// Where in a TF.js model's JSON its layers, weights and shards are said.
import { withMaxout } from '../formats/keras/layers/maxout';
import type { Topology } from '../formats/keras/topology';
import { items, member, memberKey, members, type Node, textOf } from './json-text';

export interface LayerPlace {
  /** With the names of the models it lies in: "encoder/dense". */
  readonly name: string;
  readonly className: string;
  /** The whole {class_name, config}. */
  readonly node: Node;
  /** Where its name is written; its whole where it isn't. */
  readonly nameNode: Node;
  /** Layers of a model that is a layer. */
  readonly inside: readonly LayerPlace[];
}

export interface WeightPlace {
  readonly name: string;
  readonly node: Node;
  readonly nameNode: Node;
  readonly shapeNode: Node | undefined;
}

export interface ShardPlace {
  readonly path: string;
  readonly node: Node;
  /** Index of the manifest's group it belongs to. */
  readonly group: number;
}

export interface ModelPlaces {
  readonly root: Node;
  /** The keys of the model's two parts. */
  readonly topologyKey: Node | undefined;
  readonly manifestKey: Node | undefined;
  /** In the order of the file. */
  readonly tree: readonly LayerPlace[];
  /** The same by name, those inside others too. */
  readonly layers: ReadonlyMap<string, LayerPlace>;
  readonly weights: ReadonlyMap<string, WeightPlace>;
  readonly shards: readonly ShardPlace[];
}

export function modelPlaces(root: Node): ModelPlaces {
  const topology = member(root, 'modelTopology');
  const tree = layersIn(member(topology, 'model_config') ?? topology, '');
  const groups = items(member(root, 'weightsManifest'));
  return {
    root,
    topologyKey: memberKey(root, 'modelTopology'),
    manifestKey: memberKey(root, 'weightsManifest'),
    tree,
    layers: new Map(flat(tree).map((place) => [place.name, place])),
    weights: new Map(groups.flatMap((group) => items(member(group, 'weights')).flatMap(weightPlace))),
    shards: groups.flatMap((group, index) =>
      items(member(group, 'paths')).flatMap((node) => {
        const path = textOf(node);
        return path === undefined ? [] : [{ path, node, group: index }];
      }),
    ),
  };
}

/**
 * The places with those of layers that the file spells as several: a maxout stands where the first of its three does.
 * @param topology as the file has it.
 */
export function withMaxoutPlaces(places: ModelPlaces, topology: Topology): ModelPlaces {
  const layers = new Map(places.layers);
  const add = (model: Topology, prefix: string): void => {
    for (const { name, members: spelled, inside } of withMaxout(model).entries) {
      const first = layers.get(`${prefix}${spelled[0] ?? name}`);
      if (first !== undefined && spelled.length > 1) layers.set(`${prefix}${name}`, first);
      if (inside !== undefined) add(inside, `${prefix}${name}/`);
    }
  };
  add(topology, '');
  return { ...places, layers };
}

/** The layer whose text an offset is in: the innermost one. */
export function layerAt(tree: readonly LayerPlace[], offset: number): LayerPlace | undefined {
  const found = tree.find(({ node }) => node.offset <= offset && offset < node.offset + node.length);
  return found && (layerAt(found.inside, offset) ?? found);
}

/** More models within models than any file has, and few enough to walk. */
const MAX_NESTING = 20;

/** @param model {class_name, config} @param prefix of the names of what is inside. */
function layersIn(model: Node | undefined, prefix: string, depth = 0): LayerPlace[] {
  const config = member(model, 'config');
  const listed = config?.type === 'array' ? config : member(config, 'layers');
  return items(listed).flatMap((node, i): LayerPlace[] => {
    const className = textOf(member(node, 'class_name'));
    if (className === undefined) return [];
    const nameNode = members(node, 'config', 'name') ?? member(node, 'name') ?? node;
    const name = `${prefix}${textOf(nameNode) ?? `model_${i + 1}`}`;
    const inside = depth < MAX_NESTING ? layersIn(node, `${name}/`, depth + 1) : [];
    return [{ name, className, node, nameNode, inside }];
  });
}

function flat(tree: readonly LayerPlace[]): LayerPlace[] {
  return tree.flatMap((place) => [place, ...flat(place.inside)]);
}

function weightPlace(node: Node): [string, WeightPlace][] {
  const nameNode = member(node, 'name');
  const name = textOf(nameNode);
  return name === undefined || nameNode === undefined
    ? []
    : [[name, { name, node, nameNode, shapeNode: member(node, 'shape') }]];
}
