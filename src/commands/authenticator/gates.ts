import { parseGoBool } from '../../go/strconv.ts';
import { quoteShort } from '../../json/quote.ts';

/** What `--feature-gates` may switch on. */
export interface FeatureGates {
  /** Entries with `sso` count. */
  readonly ssoRoleMatch: boolean;
  /** `init` writes to the folders that are configured, not to the working directory. */
  readonly configuredDirectories: boolean;
}

/** Gates of the Go program; the last has no effect there either. */
const GATES = ['SSORoleMatch', 'ConfiguredInitDirectories', 'IAMIdentityMappingCRD'] as const;
/** All of them are alpha. */
const GROUPS = ['AllAlpha', 'AllBeta'] as const;
const NAMES: readonly string[] = [...GATES, ...GROUPS];

/** Reads `SSORoleMatch=true,…` as Kubernetes programs do: of a gate that is there twice the last value counts. */
export function readGates(texts: readonly string[]): {
  readonly gates: FeatureGates;
  readonly problems: readonly string[];
} {
  const pairs = texts.flatMap((text) => text.split(',')).filter((text) => text.trim() !== '');
  const values = new Map<string, boolean>();
  const problems: string[] = [];
  for (const pair of pairs) {
    const [name = '', text] = pair.split('=', 2).map((part) => part.trim());
    const value = text === undefined ? undefined : parseGoBool(text);
    if (!NAMES.includes(name)) problems.push(`${quoteShort(name)} is no gate: there are ${NAMES.join(', ')}`);
    else if (value === undefined) problems.push(`${name} needs a value: write ${name}=true or ${name}=false`);
    else values.set(name, value);
  }
  const isOn = (name: (typeof GATES)[number]): boolean => values.get(name) ?? values.get('AllAlpha') ?? false;
  return {
    gates: {
      ssoRoleMatch: isOn('SSORoleMatch'),
      configuredDirectories: isOn('ConfiguredInitDirectories'),
    },
    problems,
  };
}
