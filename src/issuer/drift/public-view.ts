import { DISCOVERY_MEDIA_TYPE, JWKS_MEDIA_TYPE } from '../documents.ts';
import { toDiscoveryUrl } from '../keys/discovery.ts';
import type { KeySet } from '../keys/key-set.ts';
import type { DriftFinding } from './findings.ts';
import { readPublicDiscovery, readPublicKeys } from './public-documents.ts';
import { fetchPublic, type PublicFetchDeps } from './public-fetch.ts';

/** The issuer as STS sees it. */
export interface PublicView {
  /** undefined where no keys could be read */
  readonly set: KeySet | undefined;
  /** Where the keys are, or should be: undefined where discovery does not say. */
  readonly jwksUri: string | undefined;
  readonly findings: readonly DriftFinding[];
  readonly unseen: readonly string[];
}

/** Discovery first, then the keys at the place that it names: the way that STS goes. */
export async function lookAtPublic(
  issuer: string,
  deps: PublicFetchDeps,
  signal?: AbortSignal,
): Promise<PublicView> {
  const first = await fetchPublic(
    { url: toDiscoveryUrl(issuer), what: 'discovery document', mediaTypes: [DISCOVERY_MEDIA_TYPE] },
    deps,
    signal,
  );
  if (first.text === undefined) return toView([first]);
  const discovery = readPublicDiscovery(first.text, issuer);
  if (discovery.jwksUri === undefined) return toView([first, discovery]);
  const second = await fetchPublic(
    { url: discovery.jwksUri, what: 'JWKS', mediaTypes: [JWKS_MEDIA_TYPE, DISCOVERY_MEDIA_TYPE] },
    deps,
    signal,
  );
  const keys = second.text === undefined ? undefined : readPublicKeys(second.text, discovery.jwksUri);
  const view = toView([first, discovery, second, ...(keys ? [keys] : [])]);
  return { ...view, set: keys?.set, jwksUri: discovery.jwksUri };
}

/** What looking at one document brought. */
interface Look {
  readonly findings: readonly DriftFinding[];
  readonly unseen?: string;
}

function toView(looks: readonly Look[]): PublicView {
  return {
    set: undefined,
    jwksUri: undefined,
    findings: looks.flatMap(({ findings }) => findings),
    unseen: looks.flatMap(({ unseen }) => unseen ?? []),
  };
}
