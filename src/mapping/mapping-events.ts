import type { BackendName } from './mapper.ts';

/** The two files that mappings are followed in, by the names that the Go program's metrics have for them. */
export type MappingFile = 'dynamic_file' | 'dynamic_backend_mode';

/** What the sources of mappings tell their owner, who logs and counts. */
export type MappingEvent =
  /**
   * A source was read anew; told once of each change. `problems` are what was left out of it, `flaws` what counts and is
   * seldom meant, a sentence each.
   */
  | {
      readonly kind: 'read';
      readonly backend: BackendName;
      readonly entries: number;
      readonly problems: readonly string[];
      readonly flaws: readonly string[];
    }
  /** A source is not there, or not any more: its mappings have ended. */
  | { readonly kind: 'absent'; readonly backend: BackendName }
  /** All that was known before serves on. */
  | { readonly kind: 'file-refused'; readonly file: MappingFile; readonly problem: string }
  | {
      readonly kind: 'file-taken';
      readonly file: MappingFile;
      /** What the file says of itself. */
      readonly version: string;
      /** Seconds since the file says that it was changed; undefined for what was there at the start. */
      readonly lagSeconds: number | undefined;
    }
  /** Which backends are asked from now on. */
  | { readonly kind: 'order'; readonly backends: readonly BackendName[] }
  /** The status of an IAMIdentityMapping could not be written, which changes nothing for the mapping. */
  | { readonly kind: 'status-not-written'; readonly object: string; readonly problem: string };

export type TellMapping = (event: MappingEvent) => void;
