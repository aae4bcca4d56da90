/**
 * Puts values in place of `$(NAME)` as kubelet does in `env`, `command` and `args`: `$$` is a dollar sign, so
 * `$$(NAME)` is the text `$(NAME)`; a name that is not known stays as it is (Kubernetes, "Define dependent environment
 * variables").
 */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (values.get(name) ?? whole),
  );
}
