// Names from files that nobody vouches for, as Markdown shows them: as they are, without meaning.

/** Longer names than this say nothing to a person. */
const MAX_LENGTH = 120;

export function code(name: string): string {
  const shown = name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1)}…` : name;
  const plain = shown.replace(/[\r\n\t]+/g, ' ');
  // A fence one backtick longer than any run inside ends nowhere else.
  const runs = plain.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padded = plain.startsWith('`') || plain.endsWith('`') || plain.trim() === '' ? ` ${plain} ` : plain;
  return `${fence}${padded}${fence}`;
}
