/** What has to be undone at the end, in reverse order. */
export interface Cleanup {
  /** Once the end has come, `undo` runs at once: something that was just being started must not stay behind. */
  add(undo: () => Promise<void> | void): void;
  /** Undoes everything, also where one of them fails. */
  run(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const pending: (() => Promise<void> | void)[] = [];
  const late: Promise<void>[] = [];
  let over = false;
  return {
    add(undo) {
      if (over) late.push(undoQuietly(undo));
      else pending.push(undo);
    },
    async run() {
      over = true;
      for (const undo of pending.splice(0).reverse()) await undoQuietly(undo);
      await Promise.all(late);
    },
  };
}

/** A failure here would hide the reason why the end has come. */
async function undoQuietly(undo: () => Promise<void> | void): Promise<void> {
  try {
    await undo();
  } catch {
    // The rest is undone all the same.
  }
}
