import type { Clock } from '../../base/clock.ts';
import type { Cleanup } from '../../local-cluster/cleanup.ts';
import type { Examples } from '../examples.ts';
import type { StartIssuer } from '../issuer.ts';
import type { StartWebhook } from '../webhook.ts';

/** What every story needs. */
export interface StoryDeps {
  readonly examples: Examples;
  readonly clock: Clock;
  readonly startIssuer: StartIssuer;
  readonly startWebhook: StartWebhook;
  /** What stands for `/iam-bridge` of the image: a program of this machine, and its first arguments. */
  readonly program: readonly string[];
  /** Takes note of everything that has to be undone. */
  readonly cleanup: Cleanup;
}
