/** What the authenticator is told. Times in ms. */
export interface AuthenticatorSettings {
  /** What tokens are bound to; printable ASCII. */
  readonly clusterId: string;
  /** One of `PARTITION_NAMES`. */
  readonly partition: string;
  /** Characters of a token: 16,384 unless told otherwise. */
  readonly maxTokenLength: number;
  /** Hosts of STS beside the public ones: VPC endpoints, regions newer than this program. */
  readonly extraHosts: readonly string[];
  /** How long STS's word on a token is kept, 60,000 at most; 0: not at all. */
  readonly tokenCache: number;
  /** Calls to STS in flight: 64 unless told otherwise. Half of them to one host, a quarter for one key. */
  readonly maxCalls: number;
  /** Audiences of tokens; empty: none are looked at or told. */
  readonly audiences: readonly string[];
  /** Accounts of which nothing is told, 12 digits each. */
  readonly scrubbedAccounts: readonly string[];
  /** Status codes as the Go program's. */
  readonly compatStatusCodes: boolean;
  /** PEM of all authorities that are trusted for STS; undefined: Node's own. */
  readonly stsAuthorities: readonly string[] | undefined;
}

export const DEFAULT_SETTINGS = {
  maxTokenLength: 16_384,
  extraHosts: [],
  tokenCache: 60_000,
  maxCalls: 64,
  audiences: [],
  scrubbedAccounts: [],
  compatStatusCodes: false,
  stsAuthorities: undefined,
} as const satisfies Omit<AuthenticatorSettings, 'clusterId' | 'partition'>;
