// Weights whose elements a file has in another order than the graph: read into the graph's, written back in the file's.
import type { Graph } from '../../model/graph';
import { BYTES_PER_ELEMENT } from '../../model/tensor';
import type { Weight } from '../../model/weight';

export interface ElementOrder {
  /** The weight as the graph has it, from the file's; as it is where it has another shape than it should. */
  read(weight: Weight): Weight;
  /** The other way. @param graph the weight is of. */
  write(weight: Weight, graph: Graph): Weight;
}

/**
 * Kernels as cuDNN takes them: for every gate the elements of its kernel's transpose, one row after the other, in a
 * matrix of the kernel's own shape. https://github.com/keras-team/keras/blob/2.4.0/keras/engine/saving.py
 */
export function cudnnOrder(gates: number): ElementOrder {
  return {
    read: (weight) => inOrder(weight, gates, (graph, file) => [file, graph]),
    write: (weight) => inOrder(weight, gates, (graph, file) => [graph, file]),
  };
}

/** @param places which of two places an element comes from, and which it goes to. */
function inOrder(
  weight: Weight,
  gates: number,
  places: (graph: number, file: number) => readonly [from: number, to: number],
): Weight {
  const [rows = 1, columns] = weight.shape;
  if (columns === undefined) return weight;
  const units = columns / gates;
  const size = BYTES_PER_ELEMENT[weight.storage.type];
  return {
    ...weight,
    async bytes() {
      const source = await weight.bytes();
      const target = new Uint8Array(source.length);
      for (let gate = 0; gate < gates; gate++) {
        for (let place = 0; place < rows * units; place++) {
          const inFile = Math.floor(place / units) * columns + gate * units + (place % units);
          const inGraph = (place % rows) * columns + gate * units + Math.floor(place / rows);
          const [from, to] = places(inGraph, inFile);
          target.set(source.subarray(from * size, (from + 1) * size), to * size);
        }
      }
      return target;
    },
  };
}
