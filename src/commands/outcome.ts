/** 0 done, 1 the answer is no, 2 usage or configuration, 3 something outside failed. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command writes to; standard output is for data, standard error for everything else. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}
