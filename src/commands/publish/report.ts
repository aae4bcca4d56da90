import { KEY_FATES, type KeyChange } from '../../issuer/publish/merge-keys.ts';
import type { PlannedDocument, PublicationPlan } from '../../issuer/publish/plan.ts';
import type { PublishTarget } from '../../issuer/publish/target.ts';
import { toAscii } from '../../json/quote.ts';
import { renderUnifiedDiff } from '../../terminal/diff.ts';
import type { PublishSettings } from './settings.ts';

type Plan = Extract<PublicationPlan, { readonly kind: 'plan' }>;

/** What a publication did, or would do, as one JSON document. */
export function renderPublicationJson(plan: Plan, settings: PublishSettings, target: PublishTarget): string {
  const { issuer, jwksUri } = settings.place;
  const document = {
    issuer,
    jwksUri,
    dryRun: settings.dryRun,
    keys: plan.changes.map(({ retiresAt, ...change }) => ({
      ...change,
      why: KEY_FATES[change.fate],
      ...(retiresAt !== undefined && { retiresAt: new Date(retiresAt).toISOString() }),
    })),
    documents: plan.documents.map(({ name, before, contentType, cacheControl }) => ({
      where: target.describe(name),
      change: before === undefined ? 'created' : 'replaced',
      contentType,
      cacheControl,
    })),
    notes: plan.notes,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** For people: each key with its fate and the reason, then each document; in a dry run with its diff. */
export function renderPublication(plan: Plan, { dryRun }: PublishSettings, target: PublishTarget): string {
  const keys = plan.changes.map(renderChange);
  const documents = plan.documents.flatMap((document) => [
    renderDocument(document, dryRun, target),
    ...(dryRun ? renderDiff(document, target.describe(document.name)) : []),
  ]);
  const end = documents.length === 0 ? ['nothing to write: what is published is as it should be'] : documents;
  return [...keys, ...end, ''].join('\n');
}

function renderChange({ kid, alg, fate, retiresAt }: KeyChange): string {
  const until = retiresAt === undefined ? '' : `; retires at ${new Date(retiresAt).toISOString()}`;
  return `${fate.padEnd(9)}  ${alg}  ${kid}  ${KEY_FATES[fate]}${until}`;
}

function renderDocument(
  { name, before, contentType }: PlannedDocument,
  dryRun: boolean,
  target: PublishTarget,
) {
  const verb = before === undefined ? 'create' : 'replace';
  return `${dryRun ? `would ${verb}` : `${verb}d`} ${target.describe(name)} (${contentType})`;
}

function renderDiff({ before = '', after }: PlannedDocument, where: string): string[] {
  const names = { before: before === '' ? '/dev/null' : where, after: where };
  return renderUnifiedDiff(indent(before), indent(after), names).map(({ text }) => text);
}

/** One member a line, so that a diff shows what changed; what is no JSON keeps its lines. A terminal obeys none of it. */
function indent(text: string): string {
  try {
    return toAscii(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
  } catch {
    return toAscii(text);
  }
}
