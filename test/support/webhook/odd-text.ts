import fc from 'fast-check';

/** One character: all of ASCII, and some beyond it that break naive code. fast-check's own set takes a second to build. */
export const oddCharacter: fc.Arbitrary<string> = fc.oneof(
  fc.nat(0x7f).map((code) => String.fromCharCode(code)),
  fc.constantFrom('ü', 'ß', '\u0122', '\u2028', '\u202e', '\ufeff', '日', '😀'),
);
