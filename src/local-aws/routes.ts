import type { CredentialStore } from './credential-store.ts';
import type { Instance } from './ec2/instance.ts';
import { createEc2Service } from './ec2/service.ts';
import { createQueryHandler, isQueryRequest } from './query/handler.ts';
import type { AwsRoute } from './route.ts';
import { createS3Routes } from './s3/routes.ts';
import type { ObjectStore } from './s3/store.ts';
import type { StsDeps } from './sts/deps.ts';
import { createStsService } from './sts/service.ts';

export interface AwsDeps extends Pick<StsDeps, 'judge' | 'findRole'> {
  readonly credentials: CredentialStore;
  readonly store: ObjectStore;
  readonly instances: readonly Instance[];
  /** Absent: signatures for any region are taken. */
  readonly region?: string | undefined;
  /** ms since epoch */
  now(): number;
  newRequestId(): string;
}

/**
 * STS, EC2 and S3 at one address, so that one endpoint URL serves all: the Query API is asked at `/` by a form or an
 * `Action`, everything else is S3.
 */
export function createAwsRoutes(deps: AwsDeps): AwsRoute[] {
  const query = createQueryHandler([createStsService(deps), createEc2Service(deps)], deps.newRequestId);
  const s3 = createS3Routes(deps).map((route): AwsRoute => {
    if (route.path !== '/') return route;
    return {
      ...route,
      handle: (request) => (isQueryRequest(request) ? query(request) : route.handle(request)),
    };
  });
  return [...s3, { method: 'POST', path: '/', handle: query }];
}
