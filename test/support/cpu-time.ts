/**
 * What a piece of work costs, in ms of CPU time of this process: other programs on a busy machine do not make it longer, as
 * they do with the time on the wall.
 */
export async function measureCpuTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
