/**
 * What `helm test` runs, in a pod of our image: `check.mjs injection`, `issuer` or `authenticator`. Settings are variables.
 * Exit codes: 0 as it should be, 1 not.
 */
import { readFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const { env } = process;
/** How long an installation may take to work, ms. */
const PATIENCE = Number(env.PATIENCE ?? 60_000);
const CHECKS = { injection: checkInjection, issuer: checkIssuer, authenticator: checkAuthenticator };

const check = CHECKS[process.argv[2]];
if (check === undefined) throw new Error(`give one of ${Object.keys(CHECKS).join(', ')}`);
process.exitCode = (await repeat(check)) ? 0 : 1;

/** A webhook configuration takes a while to count, and so does a new endpoint. */
async function repeat(ask) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const problem = await ask().catch((error) => `${error.message}`);
    if (problem === undefined) return true;
    if (Date.now() > end) {
      console.error(`not as it should be: ${problem}`);
      return false;
    }
    await sleep(1_000);
  }
}

/** A pod that is never made: would it get its role? */
async function checkInjection() {
  const folder = env.ACCOUNT_FOLDER ?? '/var/run/secrets/kubernetes.io/serviceaccount';
  const { status, body, headers } = await send({
    url: `https://${toHost(env.KUBERNETES_SERVICE_HOST)}:${env.KUBERNETES_SERVICE_PORT}/api/v1/namespaces/${env.NAMESPACE}/pods?dryRun=All`,
    ca: readFileSync(`${folder}/ca.crt`),
    token: readFileSync(`${folder}/token`, 'utf8').trim(),
    json: toPod(),
  });
  if (status !== 201) return `the API server says ${status} to the pod: ${body.message}`;
  const problem = findProblem(body);
  if (problem !== undefined) return [problem, headers.warning].filter(Boolean).join('; ');
  console.log(`a pod of ServiceAccount ${env.NAMESPACE}/${env.SERVICE_ACCOUNT} gets ${env.ROLE_ARN}`);
  return undefined;
}

function toPod() {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'iam-bridge-check', namespace: env.NAMESPACE, labels: JSON.parse(env.LABELS ?? '{}') },
    spec: {
      serviceAccountName: env.SERVICE_ACCOUNT,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'check', image: 'iam-bridge-check', securityContext }],
    },
  };
}

function findProblem({ spec }) {
  const [container] = spec.containers;
  const value = (name) => container.env?.find((variable) => variable.name === name)?.value;
  const file = value('AWS_WEB_IDENTITY_TOKEN_FILE');
  if (value('AWS_ROLE_ARN') !== env.ROLE_ARN || file === undefined)
    return 'the pod came back without its role: see the log of the webhook, and whether caBundle is set in its configuration';
  const mount = container.volumeMounts?.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
  const volume = spec.volumes?.find(({ name }) => name === mount?.name);
  const token = volume?.projected?.sources?.find((source) => source.serviceAccountToken)?.serviceAccountToken;
  if (token?.audience !== env.AUDIENCE)
    return `the token at ${file} is for ${token?.audience ?? 'nobody'}, and not for ${env.AUDIENCE}`;
  return undefined;
}

/** Both documents, as the Service has them. */
async function checkIssuer() {
  const discovery = await send({ url: `${env.URL}/.well-known/openid-configuration` });
  if (discovery.status !== 200) return `the discovery document is answered with ${discovery.status}`;
  if (discovery.body.issuer !== env.ISSUER)
    return `the discovery document is of ${discovery.body.issuer}, and not of ${env.ISSUER}`;
  const { status, body } = await send({ url: `${env.URL}/openid/v1/jwks` });
  if (status !== 200) return `the keys are answered with ${status}`;
  if (!(body.keys?.length > 0)) return 'there are no keys: see the log of the issuer';
  if (body.keys.some((key) => 'd' in key || 'k' in key))
    return 'there is a private key among the keys: take it away at once';
  console.log(`public keys of ${env.ISSUER}: ${body.keys.length}`);
  return undefined;
}

/** A token that is none: it has to be refused, and without a certificate nobody may ask behind a Service. */
async function checkAuthenticator() {
  const json = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token: 'k8s-aws-v1.none' },
  };
  const { status, body } = await send({ url: env.URL, json });
  if (status !== Number(env.STATUS)) return `a review is answered with ${status}, and not with ${env.STATUS}`;
  if (status === 200 && body.status?.authenticated !== false) return 'a token that is none was not refused';
  console.log(status === 401 ? 'who shows no certificate is turned away' : 'a token that is none is refused');
  return undefined;
}

/**
 * Without an authority the other side is not verified: nothing secret goes there, and what comes back is only looked at.
 * @returns {Promise<{status: number, body: any, headers: any}>}
 */
function send({ url, ca, token, json }) {
  const isPlain = url.startsWith('http:');
  const headers = {
    ...(json && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
    accept: 'application/json, application/jwk-set+json',
  };
  const options = { method: json ? 'POST' : 'GET', headers, timeout: 10_000 };
  return new Promise((resolve, reject) => {
    const call = isPlain
      ? requestPlain(url, options)
      : request(url, { ...options, ...(ca ? { ca } : { rejectUnauthorized: false }) });
    call.on('error', (error) => reject(new Error(`${new URL(url).host}: ${error.message}`)));
    call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
    call.on('response', async (answer) => {
      try {
        const text = Buffer.concat(await Array.fromAsync(answer)).toString();
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          body: text.startsWith('{') ? JSON.parse(text) : {},
        });
      } catch (error) {
        reject(error);
      }
    });
    call.end(json && JSON.stringify(json));
  });
}

function toHost(host) {
  return host.includes(':') ? `[${host}]` : host;
}
