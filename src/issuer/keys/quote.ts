import { quote as quoteText } from '../../json/quote.ts';

/** Enough to recognise a key or a member by. */
const LONGEST = 64;
/** As AWS allows for an issuer: two of them often differ at their very end. */
const LONGEST_ISSUER = 255;

/** A value of somebody else's document. */
export function quote(text: string): string {
  return quoteText(text, LONGEST);
}

export function quoteIssuer(issuer: string): string {
  return quoteText(issuer, LONGEST_ISSUER);
}
