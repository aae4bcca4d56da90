/** The two versions that kube-apiserver asks in (`--authentication-token-webhook-version`). */
export const API_VERSIONS = ['authentication.k8s.io/v1', 'authentication.k8s.io/v1beta1'] as const;

export type ApiVersion = (typeof API_VERSIONS)[number];

export interface Review {
  readonly kind: 'review';
  readonly apiVersion: ApiVersion;
  readonly token: string;
  /** Empty where none were asked for. */
  readonly audiences: readonly string[];
}

export type ReviewReading =
  | Review
  /** JSON that is no TokenReview: it can still be answered as one. */
  | { readonly kind: 'malformed'; readonly apiVersion: ApiVersion; readonly problem: string }
  | { readonly kind: 'unreadable'; readonly problem: string };
