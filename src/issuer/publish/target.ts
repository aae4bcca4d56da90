export interface WriteOptions {
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Where documents are published: a folder that a web server shows, a bucket. Names are relative, with slashes. */
export interface PublishTarget {
  /**
   * @returns undefined where there is no such document
   * @throws Error where that cannot be told, or it is larger than 1 MiB
   */
  read(name: string): Promise<string | undefined>;
  /**
   * Replaces a document at once: a reader sees the old one or the new one.
   * @throws Error where it cannot be written; the old one is still there then
   */
  write(name: string, text: string, options: WriteOptions): Promise<void>;
  /** For people: where a document is. */
  describe(name: string): string;
}
