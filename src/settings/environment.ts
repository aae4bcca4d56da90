/**
 * The environment of this process: the one place that reads it, so that everything else is handed values. `NODE_OPTIONS` (the
 * image gives V8 its flags so) is for this Node alone: what it starts, such as a credential plugin, may be Node, too.
 */
export function readEnvironment(): NodeJS.ProcessEnv {
  delete process.env['NODE_OPTIONS'];
  return process.env;
}
