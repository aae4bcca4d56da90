import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyPair } from '../http/issue-certificate.ts';
import { judgeAssumeRole } from '../web-identity/sts/judge.ts';
import type { KeyFinder } from '../web-identity/token/keys.ts';
import type { LocalAwsConfig } from './config/read.ts';
import { type CredentialStore, createCredentialStore } from './credentials.ts';
import type { Instance } from './ec2/instance.ts';
import { createEc2Service } from './ec2/service.ts';
import { createQueryHandler, isQueryRequest } from './query/handler.ts';
import type { AwsRoute } from './route.ts';
import { openFolderDisk } from './s3/folder-disk.ts';
import { createS3Routes } from './s3/routes.ts';
import { createObjectStore, type ObjectStore, type StoredObject } from './s3/store.ts';
import { type AwsLogLine, serveAws } from './server.ts';
import { createStsService, type StsDeps } from './sts/service.ts';

export interface LocalAwsOptions {
  readonly config: LocalAwsConfig;
  /** The keys of the providers' issuers. */
  readonly keys: KeyFinder;
  readonly clock: { now(): number };
  log(line: AwsLogLine): void;
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  readonly tls?: KeyPair | undefined;
  /** A folder in which objects outlive the process. */
  readonly data?: string | undefined;
}

/** An object and where it is. */
export interface LocalObject extends StoredObject {
  readonly bucket: string;
  readonly key: string;
}

export interface LocalAws {
  /** `http://127.0.0.1:PORT`: the endpoint of STS, S3 and EC2. */
  readonly url: string;
  readonly port: number;
  /** All objects of all buckets. */
  objects(): readonly LocalObject[];
  stop(): Promise<void>;
}

/** Starts STS, S3 and EC2 on one port. @throws Error that names the port or the folder, when it cannot be had */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { config, keys, clock, log, host = '127.0.0.1', port: wanted = 0, tls, data } = options;
  const store = createObjectStore(data === undefined ? {} : { disk: await openFolderDisk(data) });
  for (const bucket of config.buckets) {
    if (!store.hasBucket(bucket)) await store.createBucket(bucket, clock.now());
  }
  const roles = new Map(config.roles.map((role) => [role.arn, role]));
  const findRole = (arn: string) => roles.get(arn);
  const now = (): number => clock.now();
  const routes = createAwsRoutes({
    credentials: createCredentialStore({ users: config.users, now, randomBytes }),
    store,
    instances: config.instances,
    region: config.region,
    now,
    newRequestId: randomUUID,
    findRole,
    judge: (request) => judgeAssumeRole(request, { providers: config.providers, findRole, keys, now: now() }),
  });
  const { port, stop } = await serveAws({ routes, host, port: wanted, tls, log });
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http${tls === undefined ? '' : 's'}://${name}:${port}`,
    port,
    objects: () => listObjects(store),
    stop,
  };
}

function listObjects(store: ObjectStore): LocalObject[] {
  return store.buckets().flatMap(({ name: bucket }) =>
    store.keys(bucket).flatMap((key) => {
      const object = store.get(bucket, key);
      return object === undefined ? [] : [{ bucket, key, ...object }];
    }),
  );
}

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
