/** What an operator chose for the webhook; a command reads it from flags and hands it over. */
export interface WebhookSettings {
  /** Domain of all ServiceAccount and Pod annotations, such as `eks.amazonaws.com`. */
  readonly annotationPrefix: string;
  readonly webIdentity: WebIdentitySettings;
  readonly containerCredentials: ContainerCredentialsSettings;
  /** Source of both region variables; empty: none is injected. */
  readonly defaultRegion: string;
  /** Whether `AWS_STS_REGIONAL_ENDPOINTS=regional` is injected where the ServiceAccount does not say. */
  readonly regionalSts: boolean;
  /** Seconds, 600 to 86400. */
  readonly tokenExpiration: number;
  /** Completes bare role names; undefined: a bare name is a malformed ARN. */
  readonly roleComposition: RoleComposition | undefined;
}

export interface WebIdentitySettings {
  readonly audience: string;
  readonly mountPath: string;
}

export interface ContainerCredentialsSettings {
  readonly audience: string;
  readonly mountPath: string;
  readonly volumeName: string;
  /** File name within the volume. */
  readonly tokenPath: string;
  readonly fullUri: string;
}

export interface RoleComposition {
  readonly partition: string;
  /** 12 digits */
  readonly accountId: string;
}
