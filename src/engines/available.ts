// What this machine can run models with: each engine's library, version, threads and device, or why it is missing.
import { availableParallelism, cpus } from 'node:os';
import { messageOf } from '../errors';
import { loadOnnxruntime } from './onnxruntime';
import { loadTensorflow } from './tensorflow/load';
import type { Runtime } from './tensorflow/runtime';

export interface EngineReport {
  /** As a recipe names it. */
  readonly engine: 'onnxruntime' | 'tensorflow';
  readonly backend: 'native' | 'wasm';
  readonly available: boolean;
  /** Of the npm package, and of the library in it where that has one of its own. */
  readonly version?: string;
  readonly library?: string;
  /** Threads within an operator, unless it is told otherwise. */
  readonly threads?: number;
  readonly device?: string;
  /** What it is used for, or why it isn't there and what brings it. */
  readonly description: string;
}

/** Loads each library to find out. */
export async function availableEngines(): Promise<EngineReport[]> {
  return [await onnxruntimeReport(), await tensorflowReport('native'), await tensorflowReport('wasm')];
}

function device(): string {
  return `CPU, ${cpus()[0]?.model.trim() ?? process.arch}`;
}

async function onnxruntimeReport(): Promise<EngineReport> {
  const known = { engine: 'onnxruntime', backend: 'native' } as const;
  try {
    const { env } = await loadOnnxruntime();
    return {
      ...known,
      available: true,
      version: env.versions.node ?? env.versions.common,
      threads: availableParallelism(),
      device: device(),
      description: 'the fastest; trains what has gradient rules of ours',
    };
  } catch (error) {
    return { ...known, available: false, description: `${firstLine(error)} Install it: npm install onnxruntime-node` };
  }
}

/** What each backend of TensorFlow is for, and what to do where it is missing. */
const TENSORFLOW = {
  native: {
    use: "TensorFlow's own library; trains every model, recurrent ones too",
    remedy: 'npm install @tensorflow/tfjs-node downloads it; where it cannot, node scripts/tfjs-node.mjs builds it',
  },
  wasm: { use: 'trains every model, slowly', remedy: 'Build again: npm run build' },
} as const;

async function tensorflowReport(backend: Runtime['backend']): Promise<EngineReport> {
  const known = { engine: 'tensorflow', backend } as const;
  const { use, remedy } = TENSORFLOW[backend];
  try {
    const { version, library, threads } = await loadTensorflow({ backend });
    return {
      ...known,
      available: true,
      version,
      ...(library !== undefined && { library: `TensorFlow ${library}` }),
      threads,
      device: device(),
      description: use,
    };
  } catch (error) {
    return { ...known, available: false, description: `${firstLine(error)} ${remedy}` };
  }
}

/** Errors of native modules run over many lines. */
function firstLine(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  return `${line.trim().replace(/\.$/, '')}.`;
}
