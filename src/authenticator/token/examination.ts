import { type PresignedUrl, type RefusedUrl, readPresignedUrl } from '../../aws/sigv4/presigned-url.ts';
import { decodeBase64url } from '../../base/names/base64url.ts';
import type { AllowedHost } from './hosts.ts';

/** The one prefix that tokens of released clients have. */
export const PREFIX = 'k8s-aws-v1.';

export interface TokenCheckOptions {
  /** Characters of a token, its prefix included. */
  readonly maxLength: number;
  readonly findHost: (host: string) => AllowedHost | undefined;
  /** ms since epoch */
  readonly now: number;
}

/** What is known of one token while it is judged; each part is read when a rule asks for it, once. */
export class Examination {
  readonly token: string;
  readonly options: TokenCheckOptions;
  #bytes: Buffer | undefined | null = null;
  #url: PresignedUrl | RefusedUrl | undefined;
  #host: AllowedHost | undefined | null = null;

  constructor(token: string, options: TokenCheckOptions) {
    this.token = token;
    this.options = options;
  }

  /** What follows the prefix; undefined where it is no canonical base64url, or empty. */
  bytes(): Buffer | undefined {
    if (this.#bytes === null) {
      const bytes = decodeBase64url(this.token.slice(PREFIX.length));
      this.#bytes = bytes?.length === 0 ? undefined : bytes;
    }
    return this.#bytes;
  }

  /** Latin-1: a byte that is no ASCII stays one, and is refused. */
  url(): PresignedUrl | RefusedUrl {
    this.#url ??= readPresignedUrl(this.bytes()?.toString('latin1') ?? '');
    return this.#url;
  }

  /** Of a URL that was read. */
  host(): AllowedHost | undefined {
    if (this.#host === null) {
      const url = this.url();
      this.#host = url.kind === 'refused' ? undefined : this.options.findHost(url.host);
    }
    return this.#host;
  }
}
