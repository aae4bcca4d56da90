import { toError } from '../../base/errors.ts';
import { createFileValue, type FileEvent } from '../../base/watched-file.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import {
  type ContainerCredentialsList,
  parseContainerCredentialsList,
} from '../../webhook/sources/container-credentials.ts';

/** The container credentials list of a file that may change, and may be missing until it first appears. */
export interface CredentialsList {
  current(): ContainerCredentialsList;
  /** undefined where there is no file to look at */
  readonly check: ReadyCheck | undefined;
  stop(): void;
}

const LOOK_INTERVAL = 1_000;
const FLAG = '--watch-container-credentials-config';

const EMPTY_LIST: ContainerCredentialsList = new Set();
/** That of a file which was never there: a value of its own, since only one that was there can be missed. */
const NEVER_SEEN: ContainerCredentialsList = new Set();

/**
 * @param path '' is no file: an empty list for ever
 * @throws ConfigurationError where the file cannot be read, or is no list. Whoever went on without would let its accounts
 *   fall through to another identity
 */
export async function openCredentialsList(path: string, log: Log): Promise<CredentialsList> {
  if (path === '') return { current: () => EMPTY_LIST, check: undefined, stop: () => {} };
  const file = await createFileValue<ContainerCredentialsList>({
    paths: [path],
    interval: LOOK_INTERVAL,
    read: ([text], before) => readList(path, text, before),
    report: tell,
  });
  tell({ kind: 'reloaded' });
  return {
    current: file.current,
    check: {
      name: 'container-credentials',
      check: () => undefined,
      degraded: () => file.problem() && `${file.problem()}: the list before stays`,
    },
    stop: file.stop,
  };

  function tell(event: FileEvent): void {
    if (event.kind === 'refused')
      log.error({ path, problem: event.problem }, 'container credentials list refused, the one before stays');
    else if (file.current() === NEVER_SEEN)
      log.warn({ path }, 'the container credentials list does not exist yet: it is empty until it does');
    else log.info({ path, accounts: file.current().size }, 'container credentials list read');
  }
}

/** @throws Error that names flag and file, and says what to do */
function readList(
  path: string,
  text: string | undefined,
  before: ContainerCredentialsList | undefined,
): ContainerCredentialsList {
  if (text === undefined) {
    if (before === undefined || before === NEVER_SEEN) return NEVER_SEEN;
    throw new Error(`${FLAG}: ${path} is gone; put it back, or empty it where nobody is to be on it`);
  }
  try {
    return parseContainerCredentialsList(text);
  } catch (cause) {
    const remedy = 'give {"identities": [{"namespace": "…", "serviceAccount": "…"}]}, or an empty file';
    throw new Error(`${FLAG}: ${path}: ${toError(cause).message}; ${remedy}`, { cause });
  }
}
