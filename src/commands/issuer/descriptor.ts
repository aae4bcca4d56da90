import type { ServerDescriptor } from '../server/descriptor.ts';
import { ISSUER_FLAGS } from './flags.ts';
import { type IssuerCommandSettings, readIssuerSettings } from './settings.ts';

const HEAD = `iam-bridge issuer: serves the cluster's OIDC issuer to everybody, so that AWS STS can verify its tokens

The discovery document and the public keys, from the API server of the cluster or from key files, with the media types
and caching headers of kube-apiserver. Nothing else is served, and never a private key.

Examples
  iam-bridge issuer --issuer https://oidc.example/clusters/demo --kubeconfig ~/.kube/config --tls-cert tls.crt --tls-key tls.key
  iam-bridge issuer --issuer https://oidc.example/clusters/demo --key-file sa.pub --plain-http
  iam-bridge issuer drift --help      compares once what the cluster signs with to what the public sees

Flags
`;

const FOOT = `

Exit codes: 0 stopped by a signal, 2 usage, or a file that is missing or wrong, 3 the cluster or a port could not be had.
Metrics, readiness and the way from key to role: docs/issuer.md
`;

/** `iam-bridge issuer` */
export const ISSUER: ServerDescriptor<typeof ISSUER_FLAGS, IssuerCommandSettings> = {
  name: 'issuer',
  help: { head: HEAD, foot: FOOT },
  flags: ISSUER_FLAGS,
  read: readIssuerSettings,
  load: async () => ({ create: (await import('./create.ts')).createIssuer }),
};
