/** The settings of a profile, by their lower-case names. */
export type Profile = ReadonlyMap<string, string>;

/** The two files that AWS tools share, as far as this program reads them itself. */
export interface SharedConfig {
  /** By name, `default` among them. What both files say of a profile, the credentials file decides, as in the AWS CLI. */
  readonly profiles: ReadonlyMap<string, Profile>;
}

/**
 * Reads the shared configuration (AWS SDKs and Tools reference guide, "Shared config and credentials files").
 * @param config text of `~/.aws/config`, '' where there is none
 * @param credentials text of `~/.aws/credentials`, likewise
 */
export function parseSharedConfig(config: string, credentials: string): SharedConfig {
  const profiles = new Map<string, Map<string, string>>();
  for (const [header, settings] of readSections(config)) {
    const name = header === 'default' ? header : /^profile\s+(?:"([^"]+)"|'([^']+)'|(\S+))$/.exec(header);
    if (name !== null) merge(profiles, typeof name === 'string' ? name : pick(name), settings);
  }
  for (const [name, settings] of readSections(credentials)) merge(profiles, name, settings);
  return { profiles };
}

function pick([, ...groups]: RegExpExecArray): string {
  return groups.find((group) => group !== undefined) ?? '';
}

function merge(profiles: Map<string, Map<string, string>>, name: string, settings: Profile): void {
  const profile = profiles.get(name) ?? new Map<string, string>();
  for (const [key, value] of settings) profile.set(key, value);
  profiles.set(name, profile);
}

/** What stands below each header, in order. Lines of what is nested below a setting begin with a blank. */
function readSections(text: string): (readonly [header: string, settings: Profile])[] {
  const sections: (readonly [string, Map<string, string>])[] = [];
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]*)\]\s*(?:[#;].*)?$/.exec(line)?.[1];
    if (header !== undefined) sections.push([header.trim(), new Map()]);
    else readSetting(line, sections.at(-1)?.[1]);
  }
  return sections;
}

function readSetting(line: string, settings: Map<string, string> | undefined): void {
  if (settings === undefined || /^(?:\s|[#;]|$)/.test(line)) return;
  const equals = line.indexOf('=');
  if (equals <= 0) return;
  const value = line.slice(equals + 1).replace(/\s[#;].*$/, '');
  settings.set(line.slice(0, equals).trim().toLowerCase(), value.trim());
}
