// Reads a page back: whether its elements nest, and what they are.
import assert from 'node:assert/strict';

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const VOID = new Set(['meta', 'br', 'hr', 'link', 'col', 'img', 'input']);
const TOKEN =
  /<!doctype html>|<style>[^<]*<\/style>|<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<>]*")?)*)\s*(\/?)>|([^<]+)/g;

/** All elements of a page in order. Fails where a tag is malformed or closes what is not open, and for a double id. */
export function elementsOf(page: string): Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  let end = 0;
  for (const match of page.matchAll(TOKEN)) {
    assert.equal(match.index, end, `no markup: ${page.slice(end, end + 80)}`);
    end += match[0].length;
    const [, closing, name, attributes, selfClosing] = match;
    if (name === undefined) continue;
    if (closing) {
      assert.equal(name, open.pop(), `</${name}> before ${page.slice(end, end + 60)}`);
      continue;
    }
    elements.push({ name, attributes: attributesOf(attributes ?? '') });
    if (!selfClosing && !VOID.has(name)) open.push(name);
  }
  assert.equal(end, page.length, `no markup: ${page.slice(end, end + 80)}`);
  assert.deepEqual(open, []);
  const ids = elements.flatMap(({ attributes: own }) => own.get('id') ?? []);
  assert.equal(new Set(ids).size, ids.length, 'an id twice');
  return elements;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    Array.from(text.matchAll(/([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"]*)")?/g), ([, name = '', value = '']) => [name, value]),
  );
}
