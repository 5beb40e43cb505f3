// Quick fixes for a missing shard: a file below the model's folder that may be the one, or a file that a person shows.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver';
import { COMMANDS } from '../protocol/language';

/** As diagnostics of missing shards carry it. */
export interface ShardData {
  readonly shard: string;
}

export async function shardFixes(uri: string, diagnostics: readonly Diagnostic[]): Promise<CodeAction[]> {
  const actions: CodeAction[] = [];
  for (const diagnostic of diagnostics) {
    const { shard } = (diagnostic.data ?? {}) as Partial<ShardData>;
    if (shard === undefined || shard === '') continue;
    for (const path of await candidates(dirname(fileURLToPath(uri)), shard)) {
      actions.push({
        title: `Use "${path}"`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        edit: { changes: { [uri]: [{ range: diagnostic.range, newText: JSON.stringify(path) }] } },
      });
    }
    const title = `Locate "${basename(shard)}"…`;
    actions.push({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title, command: COMMANDS.locateShard, arguments: [uri, shard, diagnostic.range] },
    });
  }
  return actions;
}

/** A model's folder has its shards in it or one or two below; what lies deeper belongs to something else. */
const MAX_DEPTH = 3;
const MAX_FILES = 2000;

/** Files of the same name, by their path from the model's folder as a manifest writes it. */
async function candidates(folder: string, shard: string): Promise<string[]> {
  const wanted = shard.split(/[/\\]/).at(-1);
  const found: string[] = [];
  let left = MAX_FILES;
  const search = async (below: string, depth: number): Promise<void> => {
    // A folder that can't be read has no candidates.
    for (const entry of await readdir(below, { withFileTypes: true }).catch(() => [])) {
      if (--left < 0) return;
      const path = join(below, entry.name);
      if (entry.isFile() && entry.name === wanted) found.push(relative(folder, path).split(sep).join('/'));
      const walked = entry.isDirectory() && depth < MAX_DEPTH && entry.name !== 'node_modules' && entry.name[0] !== '.';
      if (walked) await search(path, depth + 1);
    }
  };
  await search(folder, 0);
  return found.filter((path) => path !== shard.replace(/^\.\//, ''));
}
