import type { CallerIdentity } from '../aws/caller-identity.ts';

/** What may stand in a username or a group, in two braces. */
export const PLACEHOLDERS = [
  'AccountID',
  'SessionName',
  'SessionNameRaw',
  'AccessKeyID',
  'EC2PrivateDNSName',
] as const;

type Placeholder = (typeof PLACEHOLDERS)[number];

/** What they stand for. */
export type TemplateValues = Readonly<Record<Placeholder, string>>;

const PATTERN = new RegExp(`\\{\\{(${PLACEHOLDERS.join('|')})\\}\\}`, 'g');

/** @param nodeName the private DNS name of the instance that the session is named after; '' where nobody asks for it */
export function toTemplateValues(identity: CallerIdentity, nodeName: string): TemplateValues {
  return {
    AccountID: identity.accountId,
    SessionName: identity.sessionName.replaceAll('@', '-'),
    SessionNameRaw: identity.sessionName,
    AccessKeyID: identity.accessKeyId,
    EC2PrivateDNSName: nodeName,
  };
}

/** In one pass: what a value brings is never read as a template again. An unknown placeholder stays as it was typed. */
export function renderTemplate(template: string, values: TemplateValues): string {
  return template.replace(PATTERN, (_, name: Placeholder) => values[name]);
}

/** Whether the name of a node has to be asked for. */
export function needsNodeName(template: string): boolean {
  return template.includes('{{EC2PrivateDNSName}}');
}

/** What a template says in clear text before its first placeholder; all of it where it has none. */
export function readClearStart(template: string): string {
  const start = template.search(PATTERN);
  return start === -1 ? template : template.slice(0, start);
}
