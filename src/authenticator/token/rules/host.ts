import { quoteShort } from '../../../json/quote.ts';
import { SOURCES, type TokenRule } from '../rule.ts';

export const HOST: TokenRule = {
  name: 'host',
  code: 'host-not-allowed',
  source: 'the table of STS hosts, and settings',
  check(examination) {
    const url = examination.url();
    if (url.kind === 'refused') return 'the URL was not read';
    return examination.host() === undefined ? quoteShort(url.host) : undefined;
  },
};

export const SCOPE_REGION: TokenRule = {
  name: 'scope-region',
  code: 'scope-region-mismatch',
  source: SOURCES.sigV4,
  check(examination) {
    const url = examination.url();
    const region = examination.host()?.region;
    if (url.kind === 'refused' || region === undefined || url.claim.scope.region === region) return undefined;
    return `${quoteShort(url.claim.scope.region)} at the host of ${region}`;
  },
};
