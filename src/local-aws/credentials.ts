import type { SigningCredentials } from '../aws/sigv4/verify.ts';
import { type Principal, toBase32 } from './principal.ts';

/** Of whoever a signature stands for. */
export interface Credentials extends SigningCredentials {
  readonly principal: Principal;
}

/** Temporary credentials: STS hands them out, and they end. */
export interface IssuedCredentials extends Credentials {
  readonly sessionToken: string;
  /** ms since epoch */
  readonly expiration: number;
}

/** All access keys that are good for something. */
export interface CredentialStore {
  /** Expired ones, too, so that their holder is told that they have expired; until they have to make room. */
  find(accessKeyId: string): Credentials | undefined;
  /** @param durationSeconds how long they are to last */
  issue(principal: Principal, durationSeconds: number): IssuedCredentials;
}

export interface CredentialStoreDeps {
  /** Long-lived keys. */
  readonly users: readonly Credentials[];
  /** ms since epoch */
  now(): number;
  randomBytes(size: number): Buffer;
  /** How many temporary credentials are kept; the oldest make room for new ones. */
  readonly limit?: number;
}

// As long as AWS's own: 20 characters of id, 40 of secret; session tokens have no fixed length.
const ID_BYTES = 16;
const SECRET_BYTES = 30;
const TOKEN_BYTES = 120;

export function createCredentialStore(deps: CredentialStoreDeps): CredentialStore {
  const { limit = 20_000 } = deps;
  const users = new Map(deps.users.map((user) => [user.accessKeyId, user]));
  const issued = new Map<string, IssuedCredentials>();
  return {
    find: (accessKeyId) => users.get(accessKeyId) ?? issued.get(accessKeyId),
    issue(principal, durationSeconds) {
      const random = deps.randomBytes(ID_BYTES + SECRET_BYTES + TOKEN_BYTES);
      const rest = random.subarray(ID_BYTES);
      const credentials: IssuedCredentials = {
        // `ASIA` is what temporary keys begin with (IAM User Guide, "IAM identifiers").
        accessKeyId: `ASIA${toBase32(random.subarray(0, ID_BYTES))}`,
        secretAccessKey: rest.subarray(0, SECRET_BYTES).toString('base64'),
        sessionToken: rest.subarray(SECRET_BYTES).toString('base64'),
        expiration: deps.now() + durationSeconds * 1_000,
        principal,
      };
      const [oldest] = issued.keys();
      if (issued.size >= limit && oldest !== undefined) issued.delete(oldest);
      issued.set(credentials.accessKeyId, credentials);
      return credentials;
    },
  };
}
