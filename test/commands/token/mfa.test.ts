import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { askMfaCode } from '../../../src/commands/token/mfa.ts';

const SERIAL = 'arn:aws:iam::111122223333:mfa/jane';

function ask(
  input: Readable & { isTTY?: boolean },
  terminal?: Readable,
): { said: () => string; code: Promise<string> } {
  let text = '';
  const err = (more: string): void => {
    text += more;
  };
  return { said: () => text, code: askMfaCode(SERIAL, { input, err, openTerminal: () => terminal }) };
}

test('a person at standard input is asked there', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const terminal = new PassThrough();
  const { said, code } = ask(input, terminal);
  input.write('123');
  input.write('456\n');
  expect(await code).toBe('123456');
  expect(said()).toBe(`MFA code for ${SERIAL}: `);
  expect(terminal.destroyed).toBe(false);
});

test('where kubectl has standard input, the terminal is asked', async () => {
  expect(await ask(Readable.from(['kind: Pod\n']), Readable.from(['654321\r\n'])).code).toBe('654321');
});

test('where there is no terminal, the code may come over standard input', async () => {
  const none = new Readable({
    read() {
      this.destroy(Object.assign(new Error('no such device'), { code: 'ENXIO' }));
    },
  });
  expect(await ask(Readable.from(['123456\n']), none).code).toBe('123456');
  expect(await ask(Readable.from([' 123456 '])).code).toBe('123456');
});

test.each([
  ['nobody answers', '', 'no terminal to ask on'],
  ['an empty line', '\n', 'no terminal to ask on'],
  ['letters', 'abcdef\n', 'six digits'],
  ['too many digits', '1234567\n', 'six digits'],
  ['a text without an end', 'x'.repeat(1_000), 'six digits'],
])('%s is no code', async (_, text, message) => {
  await expect(ask(Readable.from([text])).code).rejects.toThrow(message);
});
