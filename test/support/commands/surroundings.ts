import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { Surroundings } from '../../../src/commands/surroundings.ts';

/** What a command wrote. */
export interface Written {
  stdout: string;
  stderr: string;
}

/**
 * Surroundings in memory: an empty environment, a terminal that keeps what is written and answers nothing, nobody who sends signals.
 * @param given `input` as a text too
 */
export function createSurroundings(
  given: Partial<Omit<Surroundings, 'input' | 'terminal'>> & { readonly input?: string | Readable } = {},
): { readonly surroundings: Surroundings; readonly written: Written } {
  const written = { stdout: '', stderr: '' };
  const { input = '', ...rest } = given;
  const surroundings = {
    env: {},
    terminal: {
      out(text: string) {
        written.stdout += text;
      },
      err(text: string) {
        written.stderr += text;
      },
    },
    input: typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input,
    openTerminal: () => undefined,
    screen: new PassThrough(),
    signals: new EventEmitter(),
    now: Date.now,
    ...rest,
  };
  return { surroundings, written };
}
