/** Starts a program of the harness, tells about it on stdout, and waits to be killed. */
import { startChild } from '../../support/child.ts';
import { createWorkspace } from '../../support/workspace.ts';

const workspace = createWorkspace();
// A program with a child of its own that ignores polite signals, as the worst of them do.
const child = startChild({
  workspace,
  name: 'stubborn',
  command: ['/bin/sh', '-c', "trap '' TERM HUP; (trap '' TERM HUP; sleep 300; true) & sleep 300; true"],
});
console.log(JSON.stringify({ folder: workspace.folder, group: child.pid }));
setInterval(() => {}, 60_000);
