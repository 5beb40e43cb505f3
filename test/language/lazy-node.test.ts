// The lazy tree of a JSON text has the places that jsonc-parser finds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTree } from 'jsonc-parser';
import { lazyTree, type Node } from '../../src/language/lazy-node';

interface Plain {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly value: unknown;
  readonly children: readonly Plain[] | undefined;
}

function plain({ type, offset, length, value, children }: Node): Plain {
  return { type, offset, length, value, children: children?.map(plain) };
}

test('every value of a text lies where it lies, however it is spaced', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.constantFrom(undefined, 1, '\t'),
      fc.constantFrom('', ' ', '\r\n'),
      (json, indent, around) => {
        const text = around + JSON.stringify(JSON.parse(json), null, indent) + around;
        const expected = parseTree(text);
        assert.ok(expected);
        assert.deepEqual(plain(lazyTree(text)), plain(expected));
      },
    ),
    { numRuns: 300 },
  );
});

test('quotes and backslashes in texts end nothing', () => {
  const text = JSON.stringify({ 'a"b': ['\\', '\\"', '"]}', { '{': '\\\\' }], '': -1.5e-7, n: null, t: [true, false] });
  const expected = parseTree(text);
  assert.ok(expected);
  assert.deepEqual(plain(lazyTree(text)), plain(expected));
});

test('a property is found by its key, however that is spelt and wherever it stands', () => {
  const keys = ['config', 'name', '', 'a"b', '\\', 'é', 'names'];
  const text = `{"n\\u0061me": 1, "config": {"name": "}"}, "names": [{}], "": 0, "a\\"b": 2, "\\\\": 3, "\\u00e9": 4}`;
  const whole = lazyTree(text);
  const listed = lazyTree(text).children ?? [];
  for (const key of keys) {
    const expected = listed.find(({ children }) => children?.[0]?.value === key);
    assert.ok(expected, key);
    const found = whole.property?.(key);
    assert.deepEqual(found && plain(found), plain(expected));
  }
  assert.equal(whole.property?.('nam'), undefined);
});
