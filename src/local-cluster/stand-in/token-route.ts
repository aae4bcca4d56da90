import { z } from 'zod';
import type { Manifest } from '../manifests.ts';
import type { ObjectTable } from './object-table.ts';
import { type Route, type RouteAnswer, refuse } from './route.ts';
import type { ObjectIdentity, TokenIssuer } from './token-issuer.ts';

export interface TokenRouteDeps {
  readonly accounts: ObjectTable;
  readonly pods: ObjectTable;
  readonly tokens: TokenIssuer;
}

/** The bounds of kube-apiserver: ten minutes, and what fits into 32 bits. */
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;

const requestSchema = z.object({
  apiVersion: z.literal('authentication.k8s.io/v1'),
  kind: z.literal('TokenRequest'),
  spec: z.object({
    audiences: z.array(z.string()).max(100).default([]),
    expirationSeconds: z.int().min(MIN_SECONDS).max(MAX_SECONDS).default(3_600),
    boundObjectRef: z
      .object({
        apiVersion: z.literal('v1'),
        kind: z.literal('Pod'),
        name: z.string(),
        uid: z.string().optional(),
      })
      .nullish(),
  }),
});

type Spec = z.infer<typeof requestSchema>['spec'];

/** TokenRequest (authentication.k8s.io/v1) for ServiceAccounts, bound to a pod where that is asked for. */
export function createTokenRoute(deps: TokenRouteDeps): Route {
  return {
    method: 'POST',
    path: '/api/v1/namespaces/:namespace/serviceaccounts/:name/token',
    async handle({ params: { namespace = '', name = '' }, body }) {
      const account = deps.accounts.get(namespace, name);
      if (account === undefined) return refuse(404, 'NotFound', `serviceaccounts "${name}" not found`);
      const { success, data, error } = requestSchema.safeParse(body);
      if (!success) {
        const [issue] = error.issues;
        return refuse(422, 'Invalid', `${issue?.path.join('.')}: ${issue?.message}`);
      }
      const bound = findPod(deps.pods, account, data.spec);
      if (bound.kind === 'refused') return bound.answer;
      return await answerToken({ namespace, account, pod: bound.pod, spec: data.spec }, deps.tokens);
    },
  };
}

type BoundPod =
  | { readonly kind: 'bound'; readonly pod: ObjectIdentity | undefined }
  | { readonly kind: 'refused'; readonly answer: RouteAnswer };

/** A token is bound to a pod that is there, and that runs as the account that the token is for. */
function findPod(pods: ObjectTable, account: Manifest, { boundObjectRef }: Spec): BoundPod {
  if (!boundObjectRef) return { kind: 'bound', pod: undefined };
  const { name, uid } = boundObjectRef;
  const pod = pods.get(account.metadata.namespace ?? '', name);
  if (pod === undefined) return refusePod(404, 'NotFound', `pods "${name}" not found`);
  const identity = toIdentity(pod);
  if (uid !== undefined && uid !== identity.uid) {
    return refusePod(
      409,
      'Conflict',
      `the UID of pod "${name}" is not the one in the bound object reference`,
    );
  }
  const spec = pod['spec'] as { serviceAccountName?: unknown } | undefined;
  if (spec?.serviceAccountName !== account.metadata.name) {
    return refusePod(422, 'Invalid', `pod "${name}" does not run as this ServiceAccount`);
  }
  return { kind: 'bound', pod: identity };
}

function refusePod(code: number, reason: string, message: string): BoundPod {
  return { kind: 'refused', answer: refuse(code, reason, message) };
}

interface Granted {
  readonly namespace: string;
  readonly account: Manifest;
  readonly pod: ObjectIdentity | undefined;
  readonly spec: Spec;
}

async function answerToken(
  { namespace, account, pod, spec }: Granted,
  tokens: TokenIssuer,
): Promise<RouteAnswer> {
  const { expirationSeconds } = spec;
  const { token, audiences, expiresAt } = await tokens.issue({
    namespace,
    serviceAccount: toIdentity(account),
    pod,
    audiences: spec.audiences,
    expirationSeconds,
  });
  const object = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: account.metadata.name, namespace },
    spec: { audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: new Date(expiresAt * 1_000).toISOString().replace('.000Z', 'Z') },
  };
  return { kind: 'object', status: 201, object };
}

function toIdentity({ metadata: { name = '', uid = '' } }: Manifest): ObjectIdentity {
  return { name, uid };
}
