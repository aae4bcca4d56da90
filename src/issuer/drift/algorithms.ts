import { quoteValues } from '../../json/quote.ts';
import { type JsonRecord, readMember } from '../../json/record.ts';
import { isSignatureAlgorithm } from '../../web-identity/token/keys.ts';
import { type DriftFinding, toFinding } from './findings.ts';

/**
 * What a discovery document says that tokens are signed by. kube-apiserver writes there what its keys sign, so where AWS
 * takes none of it, STS refuses every token; that can be seen without one.
 * @param whose such as "the public discovery document"
 */
export function checkAlgorithms(document: JsonRecord, whose: string, where: string): DriftFinding[] {
  const algorithms = readMember(document, 'id_token_signing_alg_values_supported');
  if (!Array.isArray(algorithms) || algorithms.length === 0) return [];
  if (algorithms.some(isSignatureAlgorithm)) return [];
  const what = `${whose} says that tokens are signed by ${quoteValues(algorithms)}`;
  return [toFinding('signing-algorithm-not-accepted', where, what)];
}
