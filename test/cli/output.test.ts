// What names out of a file may do to a terminal: nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from '../../src/cli/output';
import { UserError } from '../../src/errors';
import { printableLines } from '../../src/report/printable';

test("a layer's name can not send commands to the terminal, nor make lines of its own", () => {
  const lines = table(['layer', 'channels'], [['\u001b]0;title\u0007conv\n\u202e\u009b2J1', '8']]).split('\n');
  assert.equal(lines.length, 3);
  assert.equal(lines[2], ']0;titleconv2J1         8');
});

test('a message keeps its lines and loses its commands', () => {
  assert.equal(printableLines('one\u001b[2J\ntwo\r\u009b'), 'one[2J\ntwo');
});

test('a message stays one that can be read, however long the name in it', () => {
  const { message } = new UserError(`layer "${'a'.repeat(1e6)}" reads nothing. Export the model again.`);
  assert.ok(message.length < 2100);
  assert.match(message, /^layer "a+ … a+" reads nothing. Export the model again\.$/);
});
