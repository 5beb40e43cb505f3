// JSON of Python: 1.0 stays another number than 1, Infinity and NaN are numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '../../src/formats/json';
import { markedJson, pythonText } from '../../src/formats/python-json';

const TEXT = '{"a":1.0,"b":[1,-2.0,1e3,0.5,1e-07],"c":"1.0, \\"NaN\\"","d":NaN,"e":-Infinity}';

test('numbers come back as Python wrote them', () => {
  assert.equal(pythonText(markedJson('a file', TEXT)), TEXT.replace('1e-07', '1e-7'));
});

test('what was added beside them is written as JSON is', () => {
  const value = markedJson('a file', '{"a":1.0}') as Record<string, unknown>;
  assert.equal(pythonText({ ...value, b: 1, c: 'x' }), '{"a":1.0,"b":1,"c":"x"}');
});

test('numbers that JSON does not have are read', () => {
  const { d, e } = parseJson('a file', TEXT) as Record<string, unknown>;
  assert.deepEqual([d, e], [null, Number.NEGATIVE_INFINITY]);
});
