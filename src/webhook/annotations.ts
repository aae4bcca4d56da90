import { measureDistance } from '../base/edit-distance.ts';
import { createNotice, type Notice, quoted } from './notices.ts';

/** Which suffix means something where; the key is `<prefix>/<suffix>`. */
const KNOWN = {
  'service-account': ['role-arn', 'audience', 'sts-regional-endpoints', 'token-expiration'],
  pod: ['token-expiration', 'skip-containers'],
} as const;

export type AnnotationPlace = keyof typeof KNOWN;

const ENDINGS = [...new Set(Object.values(KNOWN).flat())].map((suffix) => `/${suffix}`);

const PLACE_NAMES: Readonly<Record<AnnotationPlace, string>> = {
  'service-account': 'ServiceAccount',
  pod: 'Pod',
};

/** No known suffix is longer than a warning; a prefix may have 253 characters. */
const LONGEST_PREFIX_IN_REMEDY = 40;

/**
 * Notices about annotations that have no effect: one of our prefix that belongs on the other kind of object, one whose
 * name is within two typing errors of a name that we know, and one that has such a name under a prefix that is almost
 * ours. Other names under the prefix belong to others.
 */
export function checkAnnotationNames(
  keys: readonly string[],
  prefix: string,
  place: AnnotationPlace,
): Notice[] {
  const notices: Notice[] = [];
  for (const key of keys) {
    const isOurs = key.startsWith(prefix) && key[prefix.length] === '/';
    const notice = isOurs
      ? checkSuffix(key.slice(prefix.length + 1), place)
      : checkPrefix(key, { keys, prefix, place });
    if (notice !== undefined) notices.push(notice);
  }
  return notices;
}

function checkSuffix(suffix: string, place: AnnotationPlace): Notice | undefined {
  const here: readonly string[] = KNOWN[place];
  if (here.includes(suffix)) return undefined;
  const other = otherPlace(place);
  if ((KNOWN[other] as readonly string[]).includes(suffix)) {
    const fact = `annotation ${suffix} has no effect on a ${PLACE_NAMES[place]}`;
    return createNotice('annotation-misplaced', fact, `set it on the ${PLACE_NAMES[other]}`);
  }
  const meant = [...here, ...KNOWN[other]].find((known) => measureDistance(suffix, known) <= 2);
  if (meant === undefined) return undefined;
  return createNotice(
    'annotation-unknown',
    ['unknown annotation ', quoted(suffix), ` on the ${PLACE_NAMES[place]}`],
    `did you mean ${meant}?`,
  );
}

interface Neighbourhood {
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly place: AnnotationPlace;
}

/** Where the right annotation stands beside it, the other one is meant for another webhook. */
function checkPrefix(key: string, { keys, prefix, place }: Neighbourhood): Notice | undefined {
  const ending = ENDINGS.find((known) => key.endsWith(known));
  if (ending === undefined) return undefined;
  const domain = key.slice(0, -ending.length).toLowerCase();
  if (!isAlmost(domain, prefix) || keys.includes(prefix + ending)) return undefined;
  const isHere = (KNOWN[place] as readonly string[]).includes(ending.slice(1));
  const where = isHere ? '' : ` on the ${PLACE_NAMES[otherPlace(place)]}`;
  const fact = ['annotation ', quoted(key), ' has no effect'];
  const isShort = prefix.length <= LONGEST_PREFIX_IN_REMEDY;
  const remedy = isShort
    ? `did you mean ${prefix}${ending}${where}?`
    : 'give it the prefix of --annotation-prefix';
  return createNotice('annotation-prefix-unknown', fact, remedy);
}

/** At most three typing errors, fewer in a short prefix; and no label of it is another word altogether. */
function isAlmost(domain: string, prefix: string): boolean {
  const limit = Math.min(3, Math.floor(prefix.length / 5));
  if (measureDistance(domain, prefix, limit) > limit) return false;
  const given = domain.split('.');
  const wanted = prefix.split('.');
  if (given.length !== wanted.length) return true;
  return wanted.every((label, index) => measureDistance(given[index] ?? '', label, limit) < label.length);
}

function otherPlace(place: AnnotationPlace): AnnotationPlace {
  return place === 'pod' ? 'service-account' : 'pod';
}
