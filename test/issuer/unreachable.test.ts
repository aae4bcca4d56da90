import { describe, expect, test } from 'vitest';
import { describeUnreachable } from '../../src/issuer/unreachable.ts';

describe('STS cannot reach an issuer', () => {
  test.each([
    ['https://kubernetes.default.svc.cluster.local', 'a name that only the cluster knows'],
    ['https://kubernetes.default.svc.cluster.local.', 'a name that only the cluster knows'],
    ['https://kubernetes.default.svc', 'a name that only the cluster knows'],
    ['https://kubernetes.default', 'a name that only the cluster knows'],
    ['https://kubernetes', 'a name that only the cluster knows'],
    ['https://dex.auth.svc/dex', 'a name that only the cluster knows'],
    ['https://OIDC.Auth.SVC', 'a name that only the cluster knows'],
    ['https://oidc.corp', 'a name that only a private network knows'],
    ['https://ip-10-0-0-1.eu-west-1.compute.internal', 'a name that only a private network knows'],
    ['https://nas.local/oidc', 'a name that only a private network knows'],
    ['https://oidc.home.arpa', 'a name that only a private network knows'],
    ['https://issuer', 'a name that only a private network knows'],
    ['https://10.96.0.1', 'a private address'],
    ['https://172.20.0.1/a', 'a private address'],
    ['https://192.168.1.5', 'a private address'],
    ['https://100.64.0.1', 'a private address'],
    ['https://[fd12::1]', 'a unique local address'],
    ['https://169.254.169.254', 'a cloud metadata address'],
    ['https://[fe80::1]', 'a link-local address'],
  ])('%s: %s', (issuer, what) => {
    const said = describeUnreachable(issuer);
    expect(said).toContain(
      `${new URL(issuer).hostname} is ${what}. Serve its two documents at a public https URL`,
    );
    expect(said).toContain('make that the first --service-account-issuer of kube-apiserver');
  });
});

test.each([
  'https://issuer.example/clusters/demo',
  'https://oidc.eks.eu-west-1.amazonaws.com/id/A',
  'https://bucket.s3.eu-west-1.amazonaws.com',
  'https://internal.example.com',
  'https://svc.example.com',
  'https://local.example.org',
  'https://8.8.8.8',
  'https://[2600:1f18::1]',
  'https://localhost:8443',
  'https://127.0.0.1:8443',
])('nothing speaks against %s', (issuer) => {
  expect(describeUnreachable(issuer)).toBeUndefined();
});
