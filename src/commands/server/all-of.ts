import { ConfigurationError, toError } from '../../base/errors.ts';

/**
 * What all of them come to.
 * @throws Error with what every one that failed has to say, so that an operator mends all of it at once;
 *   ConfigurationError where one of them is
 */
export async function allOf<T extends readonly unknown[]>(
  work: {
    readonly [Index in keyof T]: Promise<T[Index]>;
  },
): Promise<T> {
  const settled = await Promise.allSettled(work);
  const failures = settled.flatMap((each) => (each.status === 'rejected' ? [toError(each.reason)] : []));
  const [first] = failures;
  // None failed: each is what its promise came to.
  if (first === undefined) return (await Promise.all(work)) as unknown as T;
  if (failures.length === 1) throw first;
  const cause = new AggregateError(failures);
  // Several may need the same, such as a cluster.
  const message = [...new Set(failures.map((failure) => failure.message))].join('; ');
  const isConfiguration = failures.some((failure) => failure instanceof ConfigurationError);
  throw isConfiguration ? new ConfigurationError(message, { cause }) : new Error(message, { cause });
}
