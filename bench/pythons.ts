// The Python of the peers, where there is one.
import { spawnSync } from 'node:child_process';

/** The first Python that can import the packages; undefined, with a line printed, where none can. */
export function pythonWith(packages: string): string | undefined {
  const candidates = [process.env.NEURON_PRUNER_PYTHON, 'python3'].filter((path) => path !== undefined);
  const found = candidates.find((python) => spawnSync(python, ['-c', `import ${packages}`]).status === 0);
  if (found === undefined) {
    console.log(
      `\nPeers: skipped, none of ${candidates.join(', ')} can import ${packages}. ` +
        'pip install torch torchvision torch-pruning onnx onnxscript qonnx, and set NEURON_PRUNER_PYTHON.',
    );
  }
  return found;
}
