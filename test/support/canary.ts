/** What the tests' keys have in their secret access keys. No output of anything may hold it; .ci/run looks for it, too. */
export const CANARY_SECRET = 'canarySecretAccessKeyOfTheTests';

/** What the tests' temporary keys have in their session tokens. Outside of a token no output may hold it. */
export const CANARY_SESSION = 'canarySessionTokenOfTheTests';

// A shorter one is a prefix or an example in a help; a presigned URL has hundreds of characters.
const TOKEN = /k8s-aws-v1\.[A-Za-z0-9_-]{40,}/;

/** What a program has written; a log that has both counts as stderr. */
export interface Written {
  readonly stdout?: string;
  readonly stderr: string;
}

/** Whether a command line asks for a token, which is then on its stdout. */
export function isTokenMaker(command: readonly string[]): boolean {
  return command.some((word) => word === 'token' || word === 'get-token');
}

/**
 * Throws where a program has shown a secret: a canary anywhere, or a token on stderr, or on the stdout of a program
 * whose job is another. The error does not repeat the secret.
 */
export function refuseLeaks(name: string, { stdout = '', stderr }: Written, makesTokens = false): void {
  const leaks = [
    ...findSecrets(stdout, !makesTokens).map((secret) => `${secret} on stdout`),
    ...findSecrets(stderr, true).map((secret) => `${secret} on stderr`),
  ];
  if (leaks.length > 0) throw new Error(`${name} has shown a secret: ${leaks.join(', ')}`);
}

function findSecrets(text: string, withTokens: boolean): string[] {
  return [
    ...(text.includes(CANARY_SECRET) ? ['the secret access key'] : []),
    ...(text.includes(CANARY_SESSION) ? ['the session token'] : []),
    ...(withTokens && TOKEN.test(text) ? ['a token'] : []),
  ];
}
