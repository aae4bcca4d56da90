import type { WebhookSettings } from '../../../src/webhook/settings.ts';

/** What the flags' defaults come to. */
export const DEFAULT_SETTINGS: WebhookSettings = {
  annotationPrefix: 'eks.amazonaws.com',
  webIdentity: {
    audience: 'sts.amazonaws.com',
    mountPath: '/var/run/secrets/eks.amazonaws.com/serviceaccount',
  },
  containerCredentials: {
    audience: 'pods.eks.amazonaws.com',
    mountPath: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount',
    volumeName: 'eks-pod-identity-token',
    tokenPath: 'eks-pod-identity-token',
    fullUri: 'http://169.254.170.23/v1/credentials',
  },
  defaultRegion: '',
  regionalSts: false,
  tokenExpiration: 86_400,
  roleComposition: undefined,
};
