const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** RFC 1123 as Kubernetes has it ("Object Names and IDs"): at most 63 characters, none of them a dot. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

/** At most 253 characters: labels with a dot between each, of which Kubernetes lets one be longer than 63. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}
