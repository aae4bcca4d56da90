/** The environment of this process: the one place that reads it, so that everything else is handed values. */
export function readEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
