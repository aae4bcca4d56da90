/** Lets everything run that waits for nothing but promises: a turn of the event loop comes after all of them. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
