import { eventually } from './eventually.ts';
import { ApiError, type KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';

/** What a MutatingWebhookConfiguration says; where absent, as in the manifests that are in use. */
export interface RegistrationOptions {
  /** The configuration's name; configurations are called in the order of their names. */
  readonly name: string;
  readonly target: { readonly url: string } | { readonly service: ServiceReference };
  /** PEM. */
  readonly caBundle: string;
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly reinvocationPolicy?: 'IfNeeded' | 'Never';
  readonly admissionReviewVersions?: readonly ('v1' | 'v1beta1')[];
  readonly rules?: readonly Rule[];
  /** Only pods of these namespaces; all where absent. */
  readonly namespaces?: readonly string[];
  readonly timeoutSeconds?: number;
}

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export interface Rule {
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
  readonly resources: readonly string[];
}

export interface Registration {
  /** Replaces parts of the configuration and returns when the API server goes by it. */
  update(changes: Partial<Omit<RegistrationOptions, 'name'>>): Promise<void>;
  /** Takes the configuration away and returns when the API server has forgotten it. */
  remove(): Promise<void>;
}

const SENTINEL = 'e2e.iam-bridge.test/sentinel';
export const POD_CREATION: readonly Rule[] = [{ operations: ['CREATE'], resources: ['pods'] }];

/** Registers a webhook with the API server and returns when the API server goes by it. */
export async function registerWebhook(
  client: KubeClient,
  options: RegistrationOptions,
): Promise<Registration> {
  let current = options;
  let generation = 0;

  async function apply(): Promise<void> {
    const sentinel = `${current.name}-${++generation}`;
    await client.apply(toConfiguration(current, sentinel));
    await eventually(() => checkSentinel(client, sentinel, 'refused'));
  }

  await apply();
  return {
    update: async (changes) => {
      current = { ...current, ...changes };
      await apply();
    },
    remove: async () => {
      await client.delete(toConfiguration(current, ''));
      await eventually(() => checkSentinel(client, `${current.name}-${generation}`, 'admitted'));
    },
  };
}

/**
 * The API server hears of a configuration through a watch of its own. To know when it has, each version of a
 * configuration brings a second webhook that refuses one ConfigMap, by a label of that version: nobody listens on port 1.
 */
async function checkSentinel(
  client: KubeClient,
  sentinel: string,
  wanted: 'refused' | 'admitted',
): Promise<void> {
  const labels = { [SENTINEL]: sentinel };
  const metadata = { name: 'sentinel', namespace: 'default', labels };
  const seen = await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, { dryRun: true }).then(
    () => 'admitted',
    (error: unknown) => {
      if (error instanceof ApiError && error.message.includes('failed calling webhook')) return 'refused';
      throw error;
    },
  );
  if (seen !== wanted)
    throw new Error(`the API server has not taken up the configuration of ${sentinel} yet`);
}

function toConfiguration(options: RegistrationOptions, sentinel: string): KubeObject {
  const { name, target, namespaces, reinvocationPolicy = 'Never', failurePolicy = 'Ignore' } = options;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `${name}.iam-bridge.test`,
        clientConfig: { ...target, caBundle: Buffer.from(options.caBundle).toString('base64') },
        failurePolicy,
        reinvocationPolicy,
        admissionReviewVersions: options.admissionReviewVersions ?? ['v1'],
        sideEffects: 'None',
        timeoutSeconds: options.timeoutSeconds ?? 10,
        rules: (options.rules ?? POD_CREATION).map(toRule),
        ...(namespaces && { namespaceSelector: toNamespaceSelector(namespaces) }),
      },
      {
        name: `sentinel.${name}.iam-bridge.test`,
        clientConfig: { url: 'https://127.0.0.1:1/' },
        failurePolicy: 'Fail',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        timeoutSeconds: 1,
        rules: [toRule({ operations: ['CREATE'], resources: ['configmaps'] })],
        objectSelector: { matchLabels: { [SENTINEL]: sentinel } },
      },
    ],
  };
}

function toRule(rule: Rule): unknown {
  return { ...rule, apiGroups: [''], apiVersions: ['v1'], scope: 'Namespaced' };
}

function toNamespaceSelector(namespaces: readonly string[]): unknown {
  const key = 'kubernetes.io/metadata.name';
  return { matchExpressions: [{ key, operator: 'In', values: namespaces }] };
}
