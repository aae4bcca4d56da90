import { ConfigurationError, toError } from '../../base/errors.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';

/** How one server of several is told from the others in what it logs and in what ends the process. */
export interface Voice {
  ofLog(log: Log): Log;
  /** A part whose start fails in the server's name. */
  ofPart(part: Part): Part;
  /** The work, which fails in the server's name. */
  of<T>(work: Promise<T>): Promise<T>;
}

export interface VoiceOptions {
  readonly server: string;
  readonly verbosity: number;
  /** What the server says of its flags, by the names that they have in this process. */
  readonly rename: (text: string) => string;
}

export function createVoice({ server, verbosity, rename }: VoiceOptions): Voice {
  const of = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      const message = `${server}: ${rename(toError(cause).message)}`;
      throw cause instanceof ConfigurationError
        ? new ConfigurationError(message, { cause })
        : new Error(message, { cause });
    }
  };
  const label = (fields: object): object =>
    'problem' in fields && typeof fields.problem === 'string'
      ? { server, ...fields, problem: rename(fields.problem) }
      : { server, ...fields };
  return {
    ofLog: ({ info, warn, error }) => ({
      verbosity,
      info: (fields, message) => info(label(fields), message),
      warn: (fields, message) => warn(label(fields), message),
      error: (fields, message) => error(label(fields), message),
    }),
    ofPart: ({ name, start, stop }) => ({ name, start: () => of(start()), stop }),
    of,
  };
}
