/** What whoever reads a refusal has to do with it. */
export type RefusalClass =
  /** Someone has to mend a setting: of the cluster, of the provider, of the role, of the caller. */
  | 'configuration'
  /** Two clocks differ. */
  | 'clock'
  /** It may pass by itself. */
  | 'transient'
  /** No honest issuer makes such a token. */
  | 'hostile'
  /** The token was good once. */
  | 'expired';

/** The answer of AWS STS to a token that is refused for this reason. `{name}` stands for a value of the finding. */
export interface StsAnswer {
  readonly code: string;
  readonly status: 400 | 403 | 500;
  readonly message: string;
}

interface Refusal {
  readonly meaning: string;
  readonly class: RefusalClass;
  /** Absent where STS is not known to refuse: the rule behind the code is ours alone. */
  readonly sts?: StsAnswer;
}

function invalidToken(message: string): StsAnswer {
  return { code: 'InvalidIdentityToken', status: 400, message };
}

function invalidLength(bound: string): StsAnswer {
  const constraint = `Member must have length ${bound}`;
  // AWS names the value of other parameters here, and not that of secret ones.
  const message = `1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: ${constraint}`;
  return { code: 'ValidationError', status: 400, message };
}

const NOT_A_JWT = invalidToken(
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
);
/** Two blanks, as AWS has it. */
const NO_KEY = invalidToken(
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
/** What AWS documents for the error code; where it refuses in other words, nobody has told. */
export const NOT_VALIDATED = invalidToken(
  'The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.',
);
const NO_PROVIDER = invalidToken('No OpenIDConnect provider found in your account for {iss}');
const CLAIM_MISSING = invalidToken('Missing a required claim: {claim}');
const EXPIRED: StsAnswer = {
  code: 'ExpiredTokenException',
  status: 400,
  message: 'Token expired: current date/time {now} must be before the expiration date/time {exp}',
};
const SUBJECT_NULL: StsAnswer = {
  code: 'InternalFailure',
  status: 500,
  message: 'Unknown error validating third-party token',
};
const AUDIENCE_AMBIGUOUS = invalidToken(
  'Token audience contains more than one audience while authorized party is not present',
);

/**
 * Every reason for which a token can be refused, in one table: the verdict, `iam-bridge verify`, logs, metrics and tests
 * use these codes, and `docs/verify.md` lists them.
 */
export const REFUSALS = {
  'token-too-short': {
    meaning: 'The token has fewer than 4 characters.',
    class: 'configuration',
    sts: invalidLength('greater than or equal to 4'),
  },
  'token-too-long': {
    meaning: 'The token has more than 20,000 characters.',
    class: 'hostile',
    sts: invalidLength('less than or equal to 20000'),
  },
  'token-over-limit': { meaning: 'The token is larger than 16 KiB.', class: 'hostile' },
  'json-serialization': {
    meaning: 'The token is a JWS in JSON; only the compact form is a JWT.',
    class: 'hostile',
    sts: NOT_A_JWT,
  },
  'encrypted-token': {
    meaning: 'The token has five parts: it is encrypted (JWE).',
    class: 'configuration',
    sts: NOT_A_JWT,
  },
  'not-a-jwt': {
    meaning: 'The token is not three parts with a dot between each.',
    class: 'configuration',
    sts: NOT_A_JWT,
  },
  'not-base64url': {
    meaning: 'A part of the token has characters that are not of base64url: padding, blanks, a line break.',
    class: 'configuration',
    sts: NOT_A_JWT,
  },
  'not-canonical-base64url': {
    meaning: 'The unused last bits of a part are not zero: the same token in a second spelling.',
    class: 'hostile',
  },
  'header-malformed': { meaning: 'The header is not a JSON object.', class: 'hostile', sts: NOT_A_JWT },
  'payload-malformed': { meaning: 'The payload is not a JSON object.', class: 'hostile', sts: NOT_A_JWT },
  'duplicate-member': { meaning: 'Header or payload name a member twice.', class: 'hostile' },
  'alg-none': { meaning: 'The token says that it is not signed.', class: 'hostile', sts: NOT_A_JWT },
  'alg-not-allowed': {
    meaning: 'The algorithm is none of RS256, RS384, RS512, ES256, ES384, ES512.',
    class: 'configuration',
    sts: NOT_A_JWT,
  },
  'crit-not-supported': {
    meaning: 'The header demands extensions (crit), and none is known here.',
    class: 'hostile',
    sts: NOT_VALIDATED,
  },
  'key-in-header': {
    meaning: 'The header brings its own key, or says where to fetch it (jwk, jku, x5u, x5c).',
    class: 'hostile',
  },
  'typ-not-allowed': { meaning: 'The header names another type than JWT.', class: 'configuration' },
  'unencoded-payload': { meaning: 'The header has b64 (RFC 7797).', class: 'hostile' },
  'legacy-token': {
    meaning: 'It is a ServiceAccount token of the old kind, from a Secret: no audience, no end.',
    class: 'configuration',
    sts: NO_PROVIDER,
  },
  'issuer-unknown': {
    meaning: 'The issuer is none of those that are trusted, character by character.',
    class: 'configuration',
    sts: NO_PROVIDER,
  },
  'kid-missing': {
    meaning: 'The header has no key id (kid), or one that is no string.',
    class: 'configuration',
    sts: NO_KEY,
  },
  'kid-malformed': { meaning: 'The key id is not 1 to 256 printable characters.', class: 'hostile' },
  'kid-unknown': {
    meaning: 'The issuer does not publish a key of that id.',
    class: 'configuration',
    sts: NO_KEY,
  },
  'key-unfit': {
    meaning: 'The issuer publishes the key, and it must not be used: too short, of another use, there twice.',
    class: 'configuration',
    sts: NO_KEY,
  },
  'keys-unavailable': {
    meaning: 'The keys of the issuer could not be had for now: no answer, an error of its server.',
    class: 'transient',
    sts: NO_KEY,
  },
  'keys-refused': {
    meaning:
      'No keys are taken from what the issuer publishes: it is closed, redirects, is no such document, lacks what AWS demands, or shows a private key.',
    class: 'configuration',
    sts: NO_KEY,
  },
  'keys-out-of-reach': {
    meaning:
      'The keys of the issuer cannot be read from here, or a rule of ours keeps from it; AWS may read them.',
    class: 'configuration',
    sts: NO_KEY,
  },
  'key-algorithm-mismatch': {
    meaning: 'The key is not one for the algorithm in the header.',
    class: 'hostile',
    sts: NO_KEY,
  },
  'signature-invalid': {
    meaning: 'The signature is not that of the key over this token.',
    class: 'hostile',
    sts: NO_KEY,
  },
  'key-weak': {
    meaning:
      'The private half of the key can be computed from the public one (ROCA): anybody may have signed.',
    class: 'configuration',
  },
  'claim-missing': {
    meaning: 'One of iss, sub, aud, iat, exp is absent.',
    class: 'configuration',
    sts: CLAIM_MISSING,
  },
  'claim-malformed': {
    meaning: 'A claim is of another type than it must be.',
    class: 'hostile',
    sts: NOT_VALIDATED,
  },
  'subject-null': {
    meaning: 'The subject is null; AWS fails over it.',
    class: 'hostile',
    sts: SUBJECT_NULL,
  },
  'subject-not-text': { meaning: 'The subject is empty, or a number.', class: 'configuration' },
  'time-not-number': { meaning: 'exp, iat or nbf is an integer in quotes.', class: 'configuration' },
  'token-expired': {
    meaning: 'The token has expired, also with the leeway.',
    class: 'expired',
    sts: EXPIRED,
  },
  'issued-in-future': {
    meaning: 'The token was issued in the future, also with the leeway.',
    class: 'clock',
    sts: NOT_VALIDATED,
  },
  'not-yet-valid': {
    meaning: 'The token is not valid yet (nbf), also with the leeway.',
    class: 'clock',
    sts: NOT_VALIDATED,
  },
  'lifetime-out-of-range': {
    meaning: 'The token is valid for longer than the limit, or ends before it begins.',
    class: 'configuration',
  },
  'audience-ambiguous': {
    meaning: 'The token has several audiences and does not say whom it is for (azp).',
    class: 'configuration',
    sts: AUDIENCE_AMBIGUOUS,
  },
  'audience-not-allowed': {
    meaning: 'The audience is none of those that are accepted.',
    class: 'configuration',
    sts: invalidToken('Incorrect token audience'),
  },
  'service-account-mismatch': {
    meaning:
      'The subject and the claim kubernetes.io do not speak of the same ServiceAccount, or one is malformed.',
    class: 'hostile',
  },
} as const satisfies Record<string, Refusal>;

export type RefusalCode = keyof typeof REFUSALS;

export function classOf(code: RefusalCode): RefusalClass {
  return REFUSALS[code].class;
}

/** What AWS STS answers; undefined where it is not known to refuse for this reason. */
export function stsAnswerOf(code: RefusalCode): StsAnswer | undefined {
  const refusal: Refusal = REFUSALS[code];
  return refusal.sts;
}
