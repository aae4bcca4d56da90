import type { KubeObject } from './objects.ts';

/** An object of kind IAMIdentityMapping. @param name '' stands for all of them */
export function toIdentityMapping(name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  const metadata = name === '' ? {} : { name };
  return { apiVersion: 'iamauthenticator.k8s.aws/v1alpha1', kind: 'IAMIdentityMapping', metadata, spec };
}

const TEXT = { type: 'string' };
/** What makes a cluster serve the kind. */
export const IDENTITY_MAPPINGS: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'iamidentitymappings.iamauthenticator.k8s.aws' },
  spec: {
    group: 'iamauthenticator.k8s.aws',
    scope: 'Cluster',
    names: { kind: 'IAMIdentityMapping', plural: 'iamidentitymappings', singular: 'iamidentitymapping' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['arn', 'username'],
                properties: { arn: TEXT, username: TEXT, groups: { type: 'array', items: TEXT } },
              },
              status: { type: 'object', properties: { canonicalARN: TEXT, userID: TEXT } },
            },
          },
        },
      },
    ],
  },
};
