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
  readonly File: typeof H5wasm.File;
  readonly module: Awaited<typeof H5wasm.ready>;
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
  const { File, ready } = await import('h5wasm');
  const module = await ready;
  // Without it the library prints what goes wrong and carries on.
  module.activate_throwing_error_handler();
  const files = module.FS as unknown as FileSystem;
  return {
    File,
    module,
    createFile: (name) => files.createFile('/', name, {}, true, true),
    removeFile: (name) => files.unlink(`/${name}`),
  };
}
