const TEXT = /^[A-Za-z0-9_-]*$/;

/** RFC 4648 section 5, without padding, line breaks and blanks (RFC 7515 section 2). */
export function isBase64url(text: string): boolean {
  return text.length % 4 !== 1 && TEXT.test(text);
}

/**
 * The bytes of a text that is their one spelling; undefined where it is another (RFC 4648 section 3.5 leaves open what
 * becomes of spare bits), or none: Node passes over whatever is no base64url.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
