import { toConditionPrefix } from '../provider.ts';

/** Whom a statement lets in: one subject of one provider, with one audience. */
export interface TrustedCaller {
  readonly provider: { readonly arn: string; readonly url: string };
  readonly sub: string;
  readonly audience: string;
}

export interface TrustDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly unknown[];
}

/** The statement for one ServiceAccount: exact subject, exact audience. */
function createTrustStatement(
  { provider, sub, audience }: TrustedCaller,
  actions: readonly string[] = ['sts:AssumeRoleWithWebIdentity'],
): Readonly<Record<string, unknown>> {
  const prefix = toConditionPrefix(provider.url);
  return {
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
    Action: actions.length === 1 ? actions[0] : actions,
    Condition: {
      StringEquals: {
        [`${prefix}:sub`]: escapeVariables(sub),
        [`${prefix}:aud`]: escapeVariables(audience),
      },
    },
  };
}

/** A whole policy of that one statement. */
export function createTrustDocument(caller: TrustedCaller, actions?: readonly string[]): TrustDocument {
  return { Version: '2012-10-17', Statement: [createTrustStatement(caller, actions)] };
}

/** In version 2012-10-17 `${` begins a variable; `${$}` is the dollar sign itself. */
export function escapeVariables(text: string): string {
  return text.replaceAll('${', `\${$}{`);
}
