import { describe, expect, test } from 'vitest';
import { type AccountStore, createAccountStore } from '../../../src/webhook/sources/account-store.ts';
import { settle } from '../../support/settle.ts';
import { createReader, OTHER_ROLE, ROLE, toAccountObject } from '../../support/webhook/accounts.ts';

function createStore(...accounts: readonly string[]): AccountStore {
  const store = createAccountStore(createReader());
  fill(store, accounts);
  return store;
}

/** A whole list. */
function fill(store: AccountStore, accounts: readonly string[], role?: string): void {
  store.listing();
  for (const key of accounts) store.set(toAccountObject(key, role));
  store.listed();
}

describe('what the watch tells', () => {
  test('is there at once, by namespace and name', () => {
    const store = createStore();
    store.set(toAccountObject('shop/web', ROLE));
    expect(store.get('shop/web')?.role).toBe(ROLE);
    expect(store.get('shop/other')).toBeUndefined();
    expect(store.get('other/web')).toBeUndefined();
  });

  test('a change replaces the account, and an annotation that goes takes the role along', () => {
    const store = createStore();
    store.set(toAccountObject('shop/web', ROLE));
    store.set(toAccountObject('shop/web', OTHER_ROLE));
    expect(store.get('shop/web')?.role).toBe(OTHER_ROLE);
    store.set(toAccountObject('shop/web'));
    expect(store.get('shop/web')).toMatchObject({ role: undefined });
  });

  test('a deleted account is unknown, and the same name may come again', () => {
    const store = createStore('shop/web', 'shop/api');
    store.remove(toAccountObject('shop/web').metadata);
    expect(store.get('shop/web')).toBeUndefined();
    expect(store.get('shop/api')).toBeDefined();
    store.set(toAccountObject('shop/web', ROLE));
    expect(store.get('shop/web')?.role).toBe(ROLE);
  });

  test('names that are parts of JavaScript objects are names', () => {
    const store = createStore();
    expect(store.get('constructor')).toBeUndefined();
    expect(store.get('__proto__')).toBeUndefined();
    store.set(toAccountObject('__proto__/constructor', ROLE));
    expect(store.get('__proto__/constructor')?.role).toBe(ROLE);
    expect(store.count()).toEqual({ known: 1, annotated: 1 });
  });
});

describe('a list that begins again', () => {
  test('forgets what it does not bring, and not before it is complete', () => {
    const store = createStore('shop/gone', 'shop/stays');
    store.listing();
    store.set(toAccountObject('shop/stays'));
    store.set(toAccountObject('shop/new'));
    expect(store.get('shop/gone')).toBeDefined();
    expect(store.get('shop/new')).toBeDefined();
    store.listed();
    expect(store.get('shop/gone')).toBeUndefined();
    expect(store.get('shop/stays')).toBeDefined();
    expect(store.get('shop/new')).toBeDefined();
    expect(store.count().known).toBe(2);
  });

  test('that breaks off and begins once more is judged by the last attempt alone', () => {
    const store = createStore('shop/a', 'shop/b');
    store.listing();
    store.set(toAccountObject('shop/a'));
    store.listing();
    store.set(toAccountObject('shop/b'));
    store.listed();
    expect(store.get('shop/a')).toBeUndefined();
    expect(store.get('shop/b')).toBeDefined();
  });

  test('the first list, too, when it broke off half-way', () => {
    const store = createAccountStore(createReader());
    store.listing();
    store.set(toAccountObject('shop/a'));
    store.listing();
    store.set(toAccountObject('shop/b'));
    store.listed();
    expect(store.get('shop/a')).toBeUndefined();
    expect(store.count().known).toBe(1);
  });

  test('an empty one empties the store', () => {
    const store = createStore('shop/a', 'shop/b');
    fill(store, []);
    expect(store.count()).toEqual({ known: 0, annotated: 0 });
  });

  test('brings changes of role', () => {
    const store = createStore('shop/a');
    fill(store, ['shop/a'], ROLE);
    expect(store.get('shop/a')?.role).toBe(ROLE);
  });
});

describe('counts', () => {
  test('tell all accounts, and those with an annotation of ours', () => {
    const store = createStore('shop/a', 'shop/b');
    store.set(toAccountObject('shop/c', ROLE));
    store.set({
      metadata: {
        namespace: 'shop',
        name: 'd',
        resourceVersion: '1',
        annotations: { 'other.example/x': 'y' },
      },
    });
    store.set({
      metadata: {
        namespace: 'shop',
        name: 'e',
        resourceVersion: '1',
        annotations: { 'eks.amazonaws.com/audience': 'x' },
      },
    });
    expect(store.count()).toEqual({ known: 5, annotated: 2 });
  });

  test('follow deletions', () => {
    const store = createStore('shop/a');
    store.set(toAccountObject('shop/b', ROLE));
    store.remove(toAccountObject('shop/b').metadata);
    expect(store.count()).toEqual({ known: 1, annotated: 0 });
  });
});

describe('waiting for an account', () => {
  test('ends as soon as the watch brings it', async () => {
    const store = createStore();
    const waiting = store.waitFor('shop/web', new AbortController().signal);
    store.set(toAccountObject('shop/other', OTHER_ROLE));
    store.set(toAccountObject('shop/web', ROLE));
    expect((await waiting)?.role).toBe(ROLE);
  });

  test('ends at once where it is there already', async () => {
    const store = createStore();
    store.set(toAccountObject('shop/web', ROLE));
    const found: unknown[] = [];
    void store.waitFor('shop/web', new AbortController().signal).then((account) => found.push(account?.role));
    await settle();
    expect(found).toEqual([ROLE]);
  });

  test('ends for all who wait', async () => {
    const store = createStore();
    const { signal } = new AbortController();
    const waiting = Array.from({ length: 50 }, () => store.waitFor('shop/web', signal));
    store.set(toAccountObject('shop/web', ROLE));
    for (const account of await Promise.all(waiting)) expect(account?.role).toBe(ROLE);
  });

  test('ends with nothing when its signal aborts, for that one only', async () => {
    const store = createStore();
    const [mine, other] = [new AbortController(), new AbortController()];
    const [short, long] = [store.waitFor('shop/web', mine.signal), store.waitFor('shop/web', other.signal)];
    mine.abort();
    expect(await short).toBeUndefined();
    store.set(toAccountObject('shop/web', ROLE));
    expect((await long)?.role).toBe(ROLE);
  });

  test('does not begin for a signal that has aborted', async () => {
    expect(await createStore().waitFor('shop/web', AbortSignal.abort())).toBeUndefined();
  });

  test('waits for the next incarnation after a deletion', async () => {
    const store = createStore('shop/web');
    store.remove(toAccountObject('shop/web').metadata);
    const waiting = store.waitFor('shop/web', new AbortController().signal);
    store.set(toAccountObject('shop/web', ROLE));
    expect((await waiting)?.role).toBe(ROLE);
  });
});
