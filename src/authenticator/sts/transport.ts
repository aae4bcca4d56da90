/** One `GET` to STS. */
export interface StsCall {
  /** One that may be called; no port. */
  readonly host: string;
  /** With its query. */
  readonly path: string;
  /** ms; the call is over then, however far it has come */
  readonly patience: number;
}

/** What came back. Failures are values: who calls has a reason code for each. */
export type StsReply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Empty where there is none. */
      readonly contentType: string;
      readonly body: Buffer;
    }
  | {
      readonly kind: 'failed';
      readonly failure: 'timeout' | 'unreachable' | 'too-large';
      /** A code of the system or of TLS, such as `ECONNREFUSED`; no text of a peer. */
      readonly detail: string;
    };

/** Calls STS. Never rejects. */
export type StsTransport = (call: StsCall) => Promise<StsReply>;
