// h5wasm, the HDF5 library compiled to WebAssembly: loaded when the first such file is opened, since it weighs 4 MB.
import type * as H5wasm from 'h5wasm';

/** The parts of Emscripten's file system that are needed to stand a file of ours in for one of its own. */
export interface FileNode {
  readonly id: number;
  readonly mode: number;
  stream_ops: object;
  node_ops: object;
}

export interface Library {
  readonly module: Awaited<typeof H5wasm.ready>;
  /** Opens a file of that file system by H5F_ACC_RDONLY or another mode; returns its identifier. */
  open(path: string, mode: number): bigint;
  /** Makes an empty file in the library's own file system. */
  createFile(name: string): FileNode;
  removeFile(name: string): void;
}

interface FileSystem {
  createFile(folder: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
}

let loading: Promise<Library> | undefined;

export function loadHdf5(): Promise<Library> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Library> {
  const { ready } = await import('h5wasm');
  const module = await ready;
  // Without it the library prints what goes wrong and carries on.
  module.activate_throwing_error_handler();
  const files = module.FS as unknown as FileSystem;
  return {
    module,
    // Links in the order of their names, and the versions of the format that every HDF5 library reads: Keras' own choice.
    open: (path, mode) => module.open(path, mode, false, -1, -1),
    createFile: (name) => files.createFile('/', name, {}, true, true),
    removeFile: (name) => files.unlink(`/${name}`),
  };
}
