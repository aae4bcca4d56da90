import fc from 'fast-check';
import { toExactNumber } from './exact-json.ts';
import { oddCharacter } from './odd-text.ts';

const ODD_TEXTS = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'a/b~c',
  '~1',
  '-',
  '0',
  'größe',
  '\u202e',
  '"\\',
];

/** Names that break naive look-ups, pointers and terminals, and any others. */
const oddText = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: oddCharacter, maxLength: 12 }));

/** Numbers whose text JSON.parse would not give back. */
const oddNumber = fc
  .constantFrom(
    '9223372036854775807',
    '-9223372036854775808',
    '9007199254740993',
    '1.50',
    '1E+2',
    '1e400',
    '-0',
  )
  .map(toExactNumber);

/** Any JSON at all, such as fields that a later Kubernetes brings. */
const anyJson = fc.oneof(
  oddNumber,
  fc.jsonValue({ maxDepth: 2, stringUnit: oddCharacter }),
  fc.constant({ cpu: '1000m', big: toExactNumber('12345678901234567890') }),
);

/** An object from pairs; unlike a literal it can have a member named `__proto__`. */
function mapOf<T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
}

function listOrNull<T>(item: fc.Arbitrary<T>): fc.Arbitrary<readonly T[] | null> {
  return fc.oneof(fc.constant(null), fc.array(item, { maxLength: 4 }));
}

function sparse<T extends Record<string, fc.Arbitrary<unknown>>>(members: T) {
  return fc.record(members, { requiredKeys: [] });
}

export const MOUNT_PATHS = ['/creds', '/var/run/secrets/eks.amazonaws.com/serviceaccount'];
export const VOLUME_NAMES = ['aws-iam-token', 'eks-pod-identity-token', 'data'];
const CONTAINER_NAMES = ['web', 'proxy', 'constructor'];

const envName = fc.oneof(
  fc.constantFrom('AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_REGION', 'AWS_DEFAULT_REGION'),
  fc.constantFrom('AWS_STS_REGIONAL_ENDPOINTS', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'),
  fc.constantFrom('AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'PATH'),
  oddText,
);

const container = sparse({
  name: fc.oneof(fc.constantFrom(...CONTAINER_NAMES), oddText),
  env: listOrNull(sparse({ name: envName, value: oddText, valueFrom: anyJson })),
  envFrom: fc.oneof(
    anyJson,
    fc.array(sparse({ prefix: fc.constantFrom('AWS_', 'X_', ''), secretRef: anyJson })),
  ),
  volumeMounts: listOrNull(
    sparse({
      name: fc.oneof(fc.constantFrom(...VOLUME_NAMES), oddText),
      mountPath: fc.oneof(fc.constantFrom(...MOUNT_PATHS, '/creds/', '/data'), oddText),
      readOnly: fc.boolean(),
    }),
  ),
  resources: anyJson,
  fromTheFuture: anyJson,
});

const tokenVolume = fc.record({
  name: fc.constantFrom(...VOLUME_NAMES),
  projected: fc.record({
    sources: fc.array(
      fc.record({
        serviceAccountToken: sparse({ path: fc.constantFrom('token', 'jwt'), audience: oddText }),
      }),
      { maxLength: 2 },
    ),
  }),
});

const volume = fc.oneof(
  sparse({ name: oddText, emptyDir: anyJson }),
  fc.record({ name: fc.constant('data'), hostPath: anyJson }),
  tokenVolume,
);

/** What people write where an expiration, a skip list or a boolean is read. */
const annotationText = fc.oneof(
  fc.constantFrom('3600', '0', '+0700', '99999999999999999999', '1h', 'web, proxy', '"web', 'true', 'No'),
  oddText,
);

const annotationKey = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('eks.amazonaws.com', 'iam.example', 'constructor'),
      fc.constantFrom(
        'skip-containers',
        'token-expiration',
        'audience',
        'sts-regional-endpoints',
        'role-arm',
      ),
    )
    .map((parts) => parts.join('/')),
  oddText,
);

/** Annotations of a Pod or a ServiceAccount, ours and others'. */
export const annotations = mapOf(annotationKey, annotationText);

const osTerm = fc.record({
  matchExpressions: fc.constantFrom(
    [{ key: 'kubernetes.io/os', operator: 'In', values: ['windows'] }],
    [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux', 'windows'] }],
    [],
  ),
});

const affinity = fc.array(osTerm, { maxLength: 2 }).map((nodeSelectorTerms) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
}));

/** A pod's JSON text: every list may be absent, null, empty or full, and every name odd. */
export const podText: fc.Arbitrary<string> = fc
  .record({
    metadata: sparse({
      name: oddText,
      labels: fc.oneof(
        fc.constant(null),
        mapOf(fc.oneof(oddText, fc.constant('eks.amazonaws.com/pod-identity')), oddText),
      ),
      annotations: fc.oneof(fc.constant(null), annotations),
      generation: oddNumber,
    }),
    spec: fc
      .tuple(
        fc.constant({ serviceAccountName: 'web' }),
        sparse({
          volumes: listOrNull(volume),
          initContainers: listOrNull(container),
          containers: listOrNull(container),
          nodeSelector: fc.oneof(fc.constant(null), fc.constant({ 'kubernetes.io/os': 'windows' })),
          os: fc.oneof(anyJson, fc.constant({ name: 'windows' })),
          affinity: fc.oneof(anyJson, affinity),
          ['__proto__']: anyJson,
          fromTheFuture: anyJson,
        }),
      )
      .map(([first, rest]) => ({ ...first, ...rest })),
    status: anyJson,
  })
  .map((pod) => JSON.stringify(pod));
