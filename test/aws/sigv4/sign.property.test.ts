import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeStrictly } from '../../../src/aws/sigv4/percent.ts';
import { readPresignedUrl } from '../../../src/aws/sigv4/presigned-url.ts';
import type { SignableRequest } from '../../../src/aws/sigv4/request.ts';
import { presignUrl, type Signing, signRequest } from '../../../src/aws/sigv4/sign.ts';
import { verifySignature } from '../../../src/aws/sigv4/verify.ts';
import { Sha256 } from '../../support/aws/smithy-signer.ts';

/** A request in the form that the client library takes, which is decoded in part. */
interface Sample {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const text = fc.string({ unit: 'binary', maxLength: 8 });
const blanks = fc.string({ unit: fc.constantFrom(' ', 'a', '~', '=', ','), maxLength: 12 });

const sampleOf = (service: string): fc.Arbitrary<Sample> =>
  fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH'),
    host: fc.constantFrom('sts.eu-central-1.amazonaws.com', 'localhost:4566', 'a.example'),
    path: toPath(service),
    query: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      fc.array(text, { minLength: 1, maxLength: 3 }),
      { maxKeys: 6 },
    ),
    headers: fc.dictionary(fc.stringMatching(/^[xX]-[a-zA-Z0-9-]{1,8}$/).filter(isOwn), blanks, {
      maxKeys: 4,
    }),
    body: text,
  });

/** The client library takes S3's paths as they are: only canonical ones can come to the same. */
function toPath(service: string): fc.Arbitrary<string> {
  const segment = service === 's3' ? text.map(encodeStrictly) : fc.oneof(text.map(encodeURIComponent), DOTS);
  return fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
}

const DOTS = fc.constantFrom('.', '..', '', 'a+b', '%2F', '%2f', "~!$&'()*,;=:@");

function isOwn(name: string): boolean {
  return !name.toLowerCase().startsWith('x-amz');
}

const signingOf = (service: string): fc.Arbitrary<Signing> =>
  fc.record({
    accessKey: fc.record(
      {
        accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
        secretAccessKey: fc.string({ minLength: 1 }),
        sessionToken: fc.string({ minLength: 1, maxLength: 40 }),
      },
      { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
    ),
    service: fc.constant(service),
    region: fc.constantFrom('us-east-1', 'eu-isoe-west-1', 'x'),
    now: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  });

const SERVICES = ['sts', 'ec2', 's3', 'execute-api'];

const signed = fc
  .oneof(...SERVICES.map((service) => fc.tuple(sampleOf(service), signingOf(service))))
  // A dictionary's names may differ by their case alone, and then they are one header.
  .filter(([{ headers }]) => {
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  });

function toSignable({ method, host, path, query, headers, body }: Sample): SignableRequest {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return {
    method,
    path,
    query: new URLSearchParams(pairs).toString(),
    headers: [['Host', host], ...Object.entries(headers)],
    payloadHash: createHash('sha256').update(body).digest('hex'),
  };
}

function askSmithy({ host, headers, query, ...sample }: Sample, { accessKey, service, region }: Signing) {
  const signer = new SignatureV4({
    service,
    region,
    credentials: accessKey,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  });
  const lists = Object.fromEntries(Object.entries(query).map(([name, values]) => [name, [...values]]));
  const request = {
    ...sample,
    protocol: 'https:',
    hostname: host,
    query: lists,
    headers: { host, ...headers },
  };
  return { signer, request };
}

test('the header form has the signature that the client library gives', async () => {
  await fc.assert(
    fc.asyncProperty(signed, async ([sample, signing]) => {
      const { signer, request } = askSmithy(sample, signing);
      const expected = await signer.sign(request, { signingDate: new Date(signing.now) });
      const own = Object.fromEntries(signRequest(toSignable(sample), signing));
      const names = ['authorization', 'x-amz-date', 'x-amz-security-token'];
      expect(names.map((name) => own[name])).toEqual(names.map((name) => expected.headers[name]));
    }),
    { numRuns: 200 },
  );
});

test('the query form has the signature that the client library gives', async () => {
  await fc.assert(
    fc.asyncProperty(signed, fc.integer({ min: 1, max: 604_800 }), async ([sample, signing], expiresIn) => {
      const { signer, request } = askSmithy(sample, signing);
      const expected = await signer.presign(request, { signingDate: new Date(signing.now), expiresIn });
      const url = presignUrl(toSignable(sample), signing, expiresIn);
      const own = new URLSearchParams(url.slice(url.indexOf('?')));
      const names = Object.keys(expected.query ?? {}).filter((name) => name.startsWith('X-Amz-'));
      expect(names.map((name) => own.get(name))).toEqual(names.map((name) => expected.query?.[name]));
      expect(names).toContain('X-Amz-Signature');
    }),
    { numRuns: 200 },
  );
});

test('what is signed is verified, in either form', () => {
  fc.assert(
    fc.property(signed, ([sample, signing]) => {
      const request = toSignable(sample);
      const { service, now, accessKey } = signing;
      const options = { service, now, findCredentials: () => accessKey };
      const headers = [...request.headers, ...signRequest(request, signing)];
      expect(verifySignature({ ...request, headers }, options).kind).toBe('verified');
      const url = presignUrl(request, signing, 60);
      const query = url.slice(url.indexOf('?') + 1);
      expect(verifySignature({ ...request, query }, options).kind).toBe('verified');
    }),
    { numRuns: 200 },
  );
});

test('a presigned URL in plain ASCII says what it was made of', () => {
  const name = fc.stringMatching(/^[A-Za-z][ -~]{0,8}$/);
  const query = fc.uniqueArray(fc.tuple(name, fc.stringMatching(/^[ -~]{0,20}$/)), {
    selector: ([each]) => each.toLowerCase(),
    maxLength: 5,
  });
  fc.assert(
    fc.property(query, signingOf('sts'), (list, signing) => {
      const headers = [
        ['host', 'sts.us-west-2.amazonaws.com'],
        ['x-k8s-aws-id', 'a cluster'],
      ] as const;
      const parameters = new URLSearchParams(list).toString();
      const request = { method: 'GET', path: '/', query: parameters, headers, payloadHash: '' };
      const { accessKeyId, sessionToken } = signing.accessKey;
      expect(readPresignedUrl(presignUrl(request, signing, 60))).toMatchObject({
        kind: 'presigned-url',
        host: 'sts.us-west-2.amazonaws.com',
        path: '/',
        parameters: new Map(list),
        claim: {
          accessKeyId,
          ...(sessionToken !== undefined && { sessionToken }),
          scope: { region: signing.region, service: 'sts' },
          signedHeaders: ['host', 'x-k8s-aws-id'],
          time: Math.floor(signing.now / 1_000) * 1_000,
          expires: 60,
        },
      });
    }),
    { numRuns: 200 },
  );
});
