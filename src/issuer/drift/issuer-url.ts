import { isLoopbackHost } from '../keys/document-url.ts';
import { type DriftFinding, toFinding } from './findings.ts';

/** IAM: "The URL must begin with https:// … should not contain a port number", and has 255 characters at most. */
const MAX_LENGTH = 255;

/** What IAM would have against the issuer as the URL of a provider. */
export function checkProviderUrl(issuer: string): DriftFinding[] {
  const url = URL.parse(issuer);
  if (url === null) return [toFinding('issuer-url', issuer, 'the issuer is no URL')];
  const problems = [
    ...(url.protocol === 'https:' ? [] : ['is not https']),
    ...(/[?#]/.test(issuer) ? ['has a query or fragment'] : []),
    ...(issuer.length > MAX_LENGTH ? [`is longer than ${MAX_LENGTH} characters`] : []),
  ];
  // An issuer on this machine is a trial of the local AWS, and IAM never hears of it.
  return [
    ...(problems.length > 0
      ? [toFinding('issuer-url', issuer, `the issuer ${problems.join(', and ')}`)]
      : []),
    ...(url.port === '' || isLoopbackHost(url.hostname)
      ? []
      : [toFinding('issuer-port', issuer, `the issuer has the port ${url.port}`)]),
  ];
}
