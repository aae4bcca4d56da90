/** Time, handed to whoever needs it; tests bring their own. */
export interface Clock {
  /** ms since epoch */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

export function createSystemClock(): Clock {
  return { now: Date.now, delay };
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
