import { measureDistance } from '../base/edit-distance.ts';
import { createNotice, type Notice, quoted } from './notices.ts';

/** Which suffix means something where; the key is `<prefix>/<suffix>`. */
const KNOWN = {
  'service-account': ['role-arn', 'audience', 'sts-regional-endpoints', 'token-expiration'],
  pod: ['token-expiration', 'skip-containers'],
} as const;

export type AnnotationPlace = keyof typeof KNOWN;

const PLACE_NAMES: Readonly<Record<AnnotationPlace, string>> = {
  'service-account': 'ServiceAccount',
  pod: 'Pod',
};

/**
 * Notices about annotations of our prefix that have no effect: one that belongs on the other kind of object, and one
 * whose name is within two typing errors of a name that we know. Other names under the prefix belong to others.
 */
export function checkAnnotationNames(
  keys: readonly string[],
  prefix: string,
  place: AnnotationPlace,
): Notice[] {
  const notices: Notice[] = [];
  for (const key of keys) {
    if (!key.startsWith(prefix) || key[prefix.length] !== '/') continue;
    const notice = checkSuffix(key.slice(prefix.length + 1), place);
    if (notice !== undefined) notices.push(notice);
  }
  return notices;
}

function checkSuffix(suffix: string, place: AnnotationPlace): Notice | undefined {
  const here: readonly string[] = KNOWN[place];
  if (here.includes(suffix)) return undefined;
  const other: AnnotationPlace = place === 'pod' ? 'service-account' : 'pod';
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
