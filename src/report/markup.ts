// Markup that can't be injected into: whatever a template is given is escaped, unless it is markup itself.

export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | undefined | readonly Part[];

/** A template for HTML and SVG: strings and numbers are escaped, lists are joined, undefined is left out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, i) => text + textOf(parts[i])).join(''));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return part.map(textOf).join('');
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Text for an element or a quoted attribute. Control characters, which HTML does not allow, are shown as U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}&<>"']/gu, (character) => {
    if (character === '\n' || character === '\t') return character;
    return ENTITIES.get(character) ?? '\uFFFD';
  });
}
