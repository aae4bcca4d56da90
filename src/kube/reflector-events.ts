import type { ObjectFlaw } from './objects.ts';

/** What a reflector tells its owner, who logs and counts. Times in ms. */
export type ReflectorEvent =
  | { readonly kind: 'listed'; readonly items: number; readonly ms: number }
  | { readonly kind: 'watch-opened'; readonly resourceVersion: string }
  /** eof: as agreed; cut: connection lost; silent: no byte for 150 s; garbage: see `detail`. */
  | {
      readonly kind: 'watch-ended';
      readonly reason: 'eof' | 'cut' | 'silent' | 'garbage';
      readonly detail?: string;
      readonly retryInMs: number;
    }
  /** The whole collection is read again; what was known keeps serving until then. */
  | {
      readonly kind: 'relist';
      readonly reason: 'gone' | 'continue-expired' | 'repeated-garbage' | 'repeated-errors';
      readonly detail?: string;
      readonly retryInMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly during: 'list' | 'watch';
      readonly error: Error;
      readonly retryInMs: number;
    }
  /** The sink threw on this object, which is passed over. */
  | { readonly kind: 'sink-failed'; readonly object: string; readonly error: Error }
  | ObjectFlaw;
