/** Platforms whose trust policies are copied from one another, with what gives them away. */
export interface Platform {
  readonly name: string;
  /** What its condition keys begin with, the colon left out. */
  readonly keyPrefix: string;
  /** How the subjects of its tokens begin. */
  readonly subjects: readonly string[];
  /** An audience of it is one customer's own, such as an identity pool. */
  readonly ownAudiences?: true;
}

/** Source: the OIDC documentation of each. */
const PLATFORMS: readonly Platform[] = [
  { name: 'GitHub Actions', keyPrefix: 'token.actions.githubusercontent.com', subjects: ['repo:'] },
  { name: 'GitLab', keyPrefix: 'gitlab.com', subjects: ['project_path:'] },
  { name: 'Google', keyPrefix: 'accounts.google.com', subjects: [], ownAudiences: true },
  { name: 'Terraform Cloud', keyPrefix: 'app.terraform.io', subjects: ['organization:'] },
  { name: 'Bitbucket', keyPrefix: 'api.bitbucket.org', subjects: [] },
  { name: 'Buildkite', keyPrefix: 'agent.buildkite.com', subjects: ['organization:'] },
  { name: 'CircleCI', keyPrefix: 'oidc.circleci.com', subjects: ['org/'] },
  { name: 'Spacelift', keyPrefix: 'app.spacelift.io', subjects: ['space:'] },
  { name: 'Amazon Cognito', keyPrefix: 'cognito-identity.amazonaws.com', subjects: [], ownAudiences: true },
  { name: 'Azure', keyPrefix: 'sts.windows.net', subjects: [], ownAudiences: true },
];

/** The platform that a condition key is of: the key's host decides, what follows it does not. */
export function findPlatformOfKey(key: string): Platform | undefined {
  const name = key.toLowerCase();
  return PLATFORMS.find(({ keyPrefix }) => {
    const next = name.charAt(keyPrefix.length);
    return name.startsWith(keyPrefix) && (next === ':' || next === '/');
  });
}

/** The platform that a subject, or the pattern of one, is of. */
export function findPlatformOfSubject(subject: string): Platform | undefined {
  return PLATFORMS.find(({ subjects }) => subjects.some((prefix) => subject.startsWith(prefix)));
}
