import { type CredentialStore, createCredentialStore } from '../../../src/local-aws/credentials.ts';
import type { Instance } from '../../../src/local-aws/ec2/instance.ts';
import type { PolicyStatement } from '../../../src/local-aws/permissions.ts';
import { type LocalRole, type Principal, toUniqueId } from '../../../src/local-aws/principal.ts';
import { type AwsRequest, type AwsResponse, findRoute } from '../../../src/local-aws/route.ts';
import { toPathStyle } from '../../../src/local-aws/s3/address.ts';
import { createObjectStore, type ObjectStore, type StoreOptions } from '../../../src/local-aws/s3/store.ts';
import { createAwsRoutes } from '../../../src/local-aws/start.ts';
import type { AssumeRoleRequest, StsVerdict } from '../../../src/web-identity/sts/verdict.ts';
import { KEYS, NOW } from '../aws/signing-plan.ts';

export const ACCOUNT = '111122223333';
export const BUCKET = 'iam-bridge-demo';
export const USER: Principal = toUser([{ effect: 'Allow', actions: ['*'], resources: ['*'] }]);

export function toUser(permissions: readonly PolicyStatement[]): Principal {
  const arn = `arn:aws:iam::${ACCOUNT}:user/ops/alice`;
  return { arn, userId: toUniqueId('AIDA', arn), account: ACCOUNT, permissions: [permissions] };
}

export interface TestAws {
  /** Hands a request to its route, as the server does. */
  send(request: AwsRequest): Promise<AwsResponse>;
  readonly store: ObjectStore;
  readonly credentials: CredentialStore;
  /** Of `AssumeRoleWithWebIdentity`, what the judge was asked. */
  readonly asked: AssumeRoleRequest[];
  readonly clock: { now: number };
}

export interface TestAwsOptions extends StoreOptions {
  readonly roles?: readonly LocalRole[];
  readonly verdict?: StsVerdict;
  readonly user?: Principal;
  readonly instances?: readonly Instance[];
  readonly region?: string;
  /** How many temporary credentials are kept. */
  readonly limit?: number;
}

/** A local AWS without a socket: one user with {@link KEYS}, one bucket, a judge that has made up its mind. */
export async function createTestAws(options: TestAwsOptions = {}): Promise<TestAws> {
  const { roles = [], verdict, user = USER, instances = [], region, limit } = options;
  const clock = { now: NOW };
  const asked: AssumeRoleRequest[] = [];
  const store = createObjectStore(options);
  if (!store.hasBucket(BUCKET)) await store.createBucket(BUCKET, NOW);
  let count = 0;
  const credentials = createCredentialStore({
    users: [{ ...KEYS, principal: user }],
    now: () => clock.now,
    randomBytes(size) {
      count += 1;
      return Buffer.alloc(size, count);
    },
    ...(limit !== undefined && { limit }),
  });
  const routes = createAwsRoutes({
    credentials,
    store,
    instances,
    region,
    now: () => clock.now,
    newRequestId: () => 'the-request-id',
    findRole: (arn) => roles.find((role) => role.arn === arn),
    async judge(request) {
      asked.push(request);
      if (verdict === undefined) throw new Error('this test has no verdict');
      return verdict;
    },
  });
  return {
    store,
    credentials,
    asked,
    clock,
    async send(request) {
      const route = findRoute(routes, request.method, toPathStyle(request));
      if (route === undefined || route === 'method') throw new Error(`no route: ${route}`);
      return await route.handle(request);
    },
  };
}

/** The text of the first element of this name. */
export function readElement({ body }: AwsResponse, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body.toString())?.[1];
}

/** Error code and status, or only the status where all went well. */
export function outcomeOf(response: AwsResponse): string {
  const code = readElement(response, 'Code');
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
}
