/**
 * The least that a webhook on Node can cost: `node floor.ts PORT CERT KEY ACCOUNTS`. Parses the review, looks the account
 * up in a Map, makes the same patch, answers. No checks, no limits, no metrics, no watch: the Map is filled at start.
 */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { toAccount } from './webhook/accounts.ts';

const [port, cert = '', key = '', count] = process.argv.slice(2);
const MOUNT_PATH = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const MOUNT = { name: 'aws-iam-token', readOnly: true, mountPath: MOUNT_PATH };
const TOKEN = { audience: 'sts.amazonaws.com', expirationSeconds: 86400, path: 'token' };
const VOLUME = { name: 'aws-iam-token', projected: { sources: [{ serviceAccountToken: TOKEN }] } };

/** What the floor believes of a review; nobody checks it. */
interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly request: {
    readonly uid: string;
    readonly namespace: string;
    readonly object: { readonly spec: Spec };
  };
}

interface Spec {
  readonly serviceAccountName: string;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

interface Container {
  readonly env?: readonly unknown[];
  readonly volumeMounts?: readonly unknown[];
}

const roles = new Map<string, string | undefined>();
for (let index = 0; index < Number(count); index += 1) {
  const { namespace, name, role } = toAccount(index);
  roles.set(`${namespace}/${name}`, role);
}

function answer(body: string): string {
  const { apiVersion, kind, request } = JSON.parse(body) as Review;
  const role = roles.get(`${request.namespace}/${request.object.spec.serviceAccountName}`);
  const response: Record<string, unknown> = { uid: request.uid, allowed: true };
  if (role !== undefined) {
    response['patch'] = Buffer.from(JSON.stringify(toPatch(request.object.spec, role))).toString('base64');
    response['patchType'] = 'JSONPatch';
  }
  return JSON.stringify({ apiVersion, kind, response });
}

function toPatch(spec: Spec, role: string): object[] {
  const operations: object[] = [{ op: 'add', path: '/spec/volumes/0', value: VOLUME }];
  const env = [
    { name: 'AWS_ROLE_ARN', value: role },
    { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${MOUNT_PATH}/token` },
  ];
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      append(operations, `/spec/${list}/${index}/env`, env, container.env);
      append(operations, `/spec/${list}/${index}/volumeMounts`, [MOUNT], container.volumeMounts);
    }
  }
  return operations;
}

function append(operations: object[], path: string, values: readonly object[], present: unknown): void {
  if (present === undefined) operations.push({ op: 'add', path, value: values });
  else for (const value of values) operations.push({ op: 'add', path: `${path}/-`, value });
}

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

createServer(
  { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' },
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => send(response, answer(Buffer.concat(chunks).toString())));
  },
).listen(Number(port), '127.0.0.1');
