// Where a damaged model lies, among files that are none of its business: whether any of them changed, came up or was read.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What lies outside the model's folder, which must not come to lie in what is written. */
const SECRET = 'none of its business '.repeat(4096);

export class Place {
  readonly model: string;
  readonly result: string;
  readonly #before: ReadonlyMap<string, Buffer>;

  constructor(
    private readonly root: string,
    files: ReadonlyMap<string, Uint8Array>,
  ) {
    const within = join(root, 'a', 'b', 'c');
    this.model = join(within, 'model');
    this.result = join(within, 'result');
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(this.model, path)), { recursive: true });
      writeFileSync(join(this.model, path), bytes);
    }
    writeFileSync(join(within, 'outside.bin'), SECRET);
    this.#before = filesBelow(root);
  }

  /** What happened that may not happen; undefined where all is well. */
  harm(): string | undefined {
    const after = filesBelow(this.root);
    for (const [path, bytes] of this.#before) {
      const own = after.get(path);
      if (own === undefined) return `${path} is gone`;
      if (!own.equals(bytes)) return `${path} was changed`;
      after.delete(path);
    }
    for (const [path, bytes] of after) {
      if (!join(this.root, path).startsWith(this.result)) return `${path} was written`;
      if (bytes.includes(SECRET.slice(0, 64))) return `${path} holds what lies outside the model's folder`;
    }
    return undefined;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function filesBelow(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path)];
    }),
  );
}
