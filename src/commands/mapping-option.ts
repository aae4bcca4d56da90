/** What `--mapping` takes, for its help. */
export const MAPPING_VALUES =
  'cluster (its aws-auth, then its IAMIdentityMappings), EKSConfigMap or CRD (one of these), or a file: manifests of them, a dynamic file, or a configuration of the authenticator';
