import { joinGoPath } from '../../go/paths.ts';
import { jitterExpiration, readExpiration } from '../expiration.ts';
import type { Identity } from '../identity.ts';
import { createNotice, type Notice, quoted } from '../notices.ts';
import type { Container, Pod } from '../pod.ts';
import type { WebhookSettings } from '../settings.ts';
import { type Offer, type Outlay, planContainer, type VolumeUse } from './container.ts';
import type { PodEnvironment } from './environment.ts';
import type { ContainerAdditions, LabelAddition, PodPlan } from './patch.ts';
import { isSkipped, readSkippedContainers } from './skip-containers.ts';
import { findTokenVolume, renderTokenVolume, type TokenVolume, toAudienceNotice } from './token-volume.ts';
import { isWindowsPod, toWindowsPath } from './windows.ts';

/** The label of EKS Pod Identity; it does not follow the annotation prefix. */
const POD_IDENTITY_LABEL = 'eks.amazonaws.com/pod-identity';

export type PodDecision =
  | { readonly kind: 'plan'; readonly plan: PodPlan; readonly notices: readonly Notice[] }
  | { readonly kind: 'volume-name-taken' | 'mount-path-taken'; readonly notices: readonly Notice[] };

/**
 * What a pod gets that is to have `identity`.
 * @param random uniform in [0, 1): the jitter of container credentials
 */
export function planPod(
  pod: Pod,
  identity: Identity,
  settings: WebhookSettings,
  random: () => number,
): PodDecision {
  const notices: Notice[] = [];
  const volume = decideVolume(pod, identity, settings, notices);
  const found = findTokenVolume(pod.spec, volume);
  if (found === 'taken') return { kind: 'volume-name-taken', notices: [...notices, toTakenNotice(volume)] };
  if (found === 'other-audience') notices.push(toAudienceNotice(volume.name));
  const environment = decideEnvironment(pod, identity, settings, volume);
  const containers: ContainerAdditions[] = [];
  const use = planContainers(pod, { environment, volume, spec: pod.spec }, settings, {
    additions: containers,
    notices,
  });
  if (use === 'path-taken') return { kind: 'mount-path-taken', notices };
  const plan: PodPlan = {
    label: identity.kind === 'container-credentials' ? decideLabel(pod) : undefined,
    volume:
      found === 'absent' && use === 'wanted' ? toVolumeAddition(pod, volume, identity, random) : undefined,
    containers,
  };
  return { kind: 'plan', plan, notices };
}

/** Pod annotation before the identity's own value; flags are in that value already. */
function decideVolume(
  pod: Pod,
  identity: Identity,
  settings: WebhookSettings,
  notices: Notice[],
): TokenVolume {
  const text = pod.metadata.annotations?.[`${settings.annotationPrefix}/token-expiration`];
  const asked = readExpiration(typeof text === 'string' ? text : undefined, 'Pod', notices);
  const expiration = asked ?? identity.choices.expiration;
  if (identity.kind === 'web-identity') {
    const { mountPath } = settings.webIdentity;
    return {
      name: 'aws-iam-token',
      path: 'token',
      mountPath,
      audience: identity.choices.audience,
      expiration,
    };
  }
  const { volumeName, tokenPath, mountPath, audience } = settings.containerCredentials;
  return { name: volumeName, path: tokenPath, mountPath, audience, expiration };
}

function toVolumeAddition(
  pod: Pod,
  volume: TokenVolume,
  identity: Identity,
  random: () => number,
): PodPlan['volume'] {
  const spread =
    identity.kind === 'container-credentials'
      ? jitterExpiration(volume.expiration, random)
      : volume.expiration;
  return {
    volume: renderTokenVolume({ ...volume, expiration: spread }),
    volumesExist: Array.isArray(pod.spec.volumes),
  };
}

function decideEnvironment(
  pod: Pod,
  identity: Identity,
  settings: WebhookSettings,
  volume: TokenVolume,
): PodEnvironment {
  const unixPath = joinGoPath(volume.mountPath, volume.path);
  const tokenFile = isWindowsPod(pod.spec) ? toWindowsPath(unixPath) : unixPath;
  const { regionalSts } = identity.choices;
  const region = settings.defaultRegion;
  if (identity.kind === 'web-identity') {
    const role = { name: 'AWS_ROLE_ARN', value: identity.role };
    return { regionalSts, region, pair: [role, { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: tokenFile }] };
  }
  const uri = { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: settings.containerCredentials.fullUri };
  return {
    regionalSts,
    region,
    pair: [uri, { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: tokenFile }],
  };
}

/**
 * What the token volume is to the pod as a whole: wanted by as much as one container, or by none because all of them
 * have another volume at its path. One that is skipped may mount it by name, and a pod without its volume is refused.
 */
function planContainers(pod: Pod, offer: Offer, settings: WebhookSettings, outlay: Outlay): VolumeUse {
  const text = pod.metadata.annotations?.[`${settings.annotationPrefix}/skip-containers`];
  const skipped = readSkippedContainers(text, pod.spec, outlay.notices);
  let whole: VolumeUse | undefined;
  for (const list of ['containers', 'initContainers'] as const) {
    const containers: readonly Container[] = pod.spec[list] ?? [];
    for (const [index, container] of containers.entries()) {
      const use = isSkipped(container, skipped)
        ? 'wanted'
        : planContainer(container, { list, index }, offer, outlay);
      whole = joinUse(whole, use);
    }
  }
  return whole ?? 'wanted';
}

/** A pod of which one container has a token by hand is not left out, though its neighbour may be warned. */
function joinUse(one: VolumeUse | undefined, other: VolumeUse): VolumeUse {
  if (one === undefined || one === other) return other;
  return one === 'wanted' || other === 'wanted' ? 'wanted' : 'by-hand';
}

function decideLabel({ metadata }: Pod): LabelAddition | undefined {
  if (metadata.labels?.[POD_IDENTITY_LABEL] === 'enabled') return undefined;
  const labelsExist = metadata.labels !== undefined && metadata.labels !== null;
  return { key: POD_IDENTITY_LABEL, value: 'enabled', labelsExist };
}

function toTakenNotice({ name }: TokenVolume): Notice {
  return createNotice(
    'left-out',
    ['volume ', quoted(name), ' is not the token volume that belongs there, so no AWS role'],
    'rename it',
  );
}
