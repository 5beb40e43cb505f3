// A Keras file with something in it that Keras does not write.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Library, loadHdf5 } from '../../src/formats/hdf5/library';

/** @returns its path. */
export async function changedHdf5(
  folder: string,
  change: (id: bigint, module: Library['module']) => void,
): Promise<string> {
  const path = join(folder, 'model.h5');
  const { module } = await loadHdf5();
  module.FS.writeFile('/changed.h5', await readFile('test/fixtures/keras/keras-1.h5'));
  const id = module.open('/changed.h5', module.H5F_ACC_RDWR, false, -1, -1);
  change(id, module);
  module.close_file(id);
  await writeFile(path, module.FS.readFile('/changed.h5'));
  module.FS.unlink('/changed.h5');
  return path;
}
