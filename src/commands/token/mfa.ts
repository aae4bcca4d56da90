import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { ExplainedError } from '../../base/errors.ts';

/** Where a person can be asked. */
export interface Asking {
  /** Standard input. */
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Writes the question. */
  err(text: string): void;
  /** The terminal itself, whoever has standard input; undefined where there is none. */
  openTerminal(): Readable | undefined;
}

const NOBODY = 'an MFA code is asked for, and there is no terminal to ask on: run the command in one';

/**
 * Asks for the code of an MFA device, on the terminal where there is one: kubectl may have standard input for itself. The
 * code may come over standard input otherwise.
 * @throws Error where nobody answers, or with something else than a code
 */
export async function askMfaCode(serial: string, { input, err, openTerminal }: Asking): Promise<string> {
  err(`MFA code for ${serial.replace(/[^!-~]/g, '')}: `);
  const stream = input.isTTY ? input : (openTerminal() ?? input);
  const line = await readLine(stream).catch(() => (stream === input ? undefined : readLine(input)));
  if (line === undefined || line === '') {
    err('\n');
    throw new ExplainedError(NOBODY);
  }
  if (!/^[0-9]{6}$/.test(line)) throw new ExplainedError('an MFA code is six digits: try again');
  return line;
}

/** @returns the first line without its end; undefined where nothing comes */
async function readLine(stream: Readable): Promise<string | undefined> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    // A code has six digits; leaving the loop closes the stream.
    if (text.includes('\n') || text.length > 100) break;
  }
  return text === '' ? undefined : (text.split('\n')[0] ?? '').trim();
}

/** The terminal of this process; its opening fails late where there is none, which reads as no answer. */
export function openControllingTerminal(): Readable | undefined {
  return process.platform === 'win32' ? undefined : createReadStream('/dev/tty');
}
