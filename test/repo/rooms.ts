/**
 * Which room may import which: the one table that holds it (`house.test.ts`). What it does not name is refused, also a
 * folder of `src/` that is not in it. Types count as much as values: who knows a type has to change with it.
 */

const GROUND = ['base', 'json', 'go'] as const;
const SECOND = [...GROUND, 'aws', 'http', 'kube', 'terminal'] as const;
const THIRD = [...SECOND, 'admission', 'certificates', 'mapping', 'rbac', 'trust', 'web-identity'] as const;
const FOURTH = [
  ...THIRD,
  'access',
  'authenticator',
  'issuer',
  'local-aws',
  'local-cluster',
  'webhook',
] as const;

/** Room of `src/`, or file that stands in it, → the rooms that it may import; floors from the roof down. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['commands', 'settings'],

  commands: [...FOURTH, 'demo', 'settings'],

  demo: FOURTH,

  // Facts that are handed to it: it asks nobody.
  access: [...GROUND, 'aws', 'kube', 'mapping', 'rbac'],
  webhook: THIRD,
  authenticator: THIRD,
  issuer: THIRD,
  // It trusts issuers by the keys that the issuer's sources bring.
  'local-aws': [...THIRD, 'issuer'],
  // It signs tokens and serves the documents of its issuer.
  'local-cluster': [...THIRD, 'issuer'],

  'web-identity': [...GROUND, 'aws', 'trust'],
  admission: SECOND,
  certificates: ['base', 'json', 'http', 'kube'],
  mapping: SECOND,
  trust: [...GROUND, 'aws'],
  rbac: [...GROUND, 'aws'],

  kube: GROUND,
  http: GROUND,
  aws: GROUND,
  settings: GROUND,
  terminal: GROUND,

  base: ['json'],
  json: [],
  go: [],
};

/**
 * Which rooms may import which package: what neither this nor {@link FREE} names is refused, modules of Node among them.
 * Those that reach the disk, the network or other programs stand here.
 */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['kube'],
  '@aws-sdk/client-ec2': ['aws'],
  '@aws-sdk/client-sts': ['aws', 'commands'],
  '@aws-sdk/credential-provider-ini': ['aws'],
  '@aws-sdk/credential-provider-node': ['aws'],
  '@peculiar/x509': ['http'],
  '@smithy/signature-v4': ['aws'],
  commander: ['commands'],
  diff: ['terminal'],
  'fast-json-patch': ['demo'],
  fastify: ['http', 'local-aws'],
  jose: ['web-identity', 'local-cluster'],
  pino: ['http'],
  'prom-client': ['authenticator', 'commands', 'http', 'issuer', 'webhook'],
  'reflect-metadata': ['http'],
  'smol-toml': ['commands'],
  yaml: ['commands', 'demo', 'kube', 'local-aws', 'local-cluster', 'mapping', 'rbac'],
  zod: ['local-aws', 'local-cluster'],

  'node:child_process': ['local-cluster'],
  'node:dns': ['issuer'],
  'node:fs': ['base', 'commands', 'demo', 'issuer', 'kube', 'local-aws', 'local-cluster'],
  'node:http': [
    'admission',
    'authenticator',
    'aws',
    'commands',
    'demo',
    'http',
    'issuer',
    'kube',
    'local-cluster',
  ],
  'node:https': ['authenticator', 'aws', 'demo', 'http', 'issuer', 'kube', 'local-aws'],
  'node:net': ['aws', 'base', 'http', 'issuer', 'kube', 'local-aws', 'local-cluster', 'trust'],
  'node:tls': ['authenticator', 'aws', 'commands', 'http'],
};

/** Modules of Node that only compute: every room may import them. */
export const FREE: readonly string[] = [
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:os',
  'node:path',
  'node:stream',
  'node:url',
  'node:util',
  'node:zlib',
];
