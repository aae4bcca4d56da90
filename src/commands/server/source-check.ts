import type { ReadyCheck } from '../../http/ops.ts';
import type { Reflector } from '../../kube/reflector.ts';
import { describeTrouble, type ReadScope } from '../../kube/trouble.ts';

export interface SourceCheckOptions {
  readonly scope: ReadScope;
  readonly reflector: Pick<Reflector, 'delivered' | 'lastContact' | 'trouble'>;
  /** ms without contact after which the source is degraded */
  readonly staleAfter: number;
  /** ms since epoch */
  readonly now: () => number;
  /** What is wrong with what the source says; undefined: nothing. */
  readonly problem?: () => string | undefined;
}

/** Readiness of a source that is watched: it was delivered once; degraded where it says nonsense, or nothing for long. */
export function createSourceCheck(options: SourceCheckOptions): ReadyCheck {
  const { scope, reflector, staleAfter, now, problem } = options;
  const why = (): string => {
    const trouble = reflector.trouble();
    return trouble === undefined ? '' : `: ${describeTrouble(trouble, scope)}`;
  };
  const describeSilence = (): string | undefined => {
    const last = reflector.lastContact();
    if (now() - last <= staleAfter) return undefined;
    return `no contact with the API server since ${new Date(last).toISOString()}${why()}`;
  };
  return {
    name: scope.resource,
    check: () => (reflector.delivered() ? undefined : `the first list was not delivered yet${why()}`),
    degraded() {
      const problems = [problem?.(), describeSilence()].filter((each) => each !== undefined);
      return problems.length === 0 ? undefined : problems.join('; and ');
    },
  };
}
