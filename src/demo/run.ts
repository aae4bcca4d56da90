import type { Clock } from '../base/clock.ts';
import { untilAborted } from '../base/patience.ts';
import { type Cleanup, createCleanup } from '../local-cluster/cleanup.ts';
import { type Examples, readExamples } from './examples.ts';
import { type Audience, type Book, createBook, listProblems, type StoryStep } from './report.ts';
import type { StartAuthenticator, StartIssuer, StartWebhook } from './servers.ts';

/** What every story needs. */
export interface StoryDeps {
  readonly examples: Examples;
  readonly clock: Clock;
  readonly startIssuer: StartIssuer;
  readonly startWebhook: StartWebhook;
  readonly startAuthenticator: StartAuthenticator;
  /** What stands for `/iam-bridge` of the image: a program of this machine, and its first arguments. */
  readonly program: readonly string[];
  /** Takes note of everything that has to be undone. */
  readonly cleanup: Cleanup;
}

/** What the demo came to. */
export interface DemoReport {
  readonly steps: readonly StoryStep[];
  /** Everything that did not come as it should have; empty: all did. */
  readonly problems: readonly string[];
  readonly milliseconds: number;
}

export type Story = (book: Book, deps: Pick<StoryDeps, 'examples' | 'cleanup'>) => Promise<void>;

/**
 * Tells a story to its end, and undoes what it did, however it ends.
 * @param signal aborted: the story ends where it stands
 * @throws Error of whatever failed that the story does not tell of; the signal's reason where that aborts
 */
export async function runStory(story: Story, audience: Audience, signal: AbortSignal): Promise<DemoReport> {
  const start = performance.now();
  const cleanup = createCleanup();
  const book = createBook(audience, signal);
  try {
    const telling = readExamples().then((examples) => story(book, { examples, cleanup }));
    await untilAborted(telling, signal);
  } catch (error) {
    // What fails after a Ctrl-C fails because of it.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await cleanup.run();
  }
  const milliseconds = Math.round(performance.now() - start);
  return { steps: book.steps, problems: listProblems(book.steps), milliseconds };
}
