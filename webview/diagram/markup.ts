// SVG as text, with everything a model says escaped: names come from files that nobody vouches for.

export interface Markup {
  readonly text: string;
}

type Part = Markup | string | number | undefined | readonly Part[];

export function svg(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { text: strings.reduce((text, string, i) => text + asText(parts[i - 1]) + string) };
}

function asText(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(Math.round(part * 100) / 100);
  if (typeof part === 'string') return escaped(part);
  return 'text' in part ? part.text : part.map(asText).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML does not allow, lone surrogates among them, become U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
