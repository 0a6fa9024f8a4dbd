// What the phone keeps: one database for each device that it was enrolled as, every value sealed.
// The key never leaves the database and cannot be read out of it; whoever copies the files can read nothing without it.

// A later version adds a store at the end, and changes none: what was kept by an earlier version is there after it.
export const STORES = ["keys", "device", "outbox", "place", "drafts"];

const CURRENT = "relay.field"; // in localStorage: as which device this phone is enrolled
const MOST_READ = 2000; // values that are remembered as they were opened
const DEAD = ["InvalidStateError", "UnknownError"]; // a connection that was cut while the page slept

export const databaseOf = (deviceId) => `relay-field-${deviceId}`;
export const currentDevice = () => localStorage.getItem(CURRENT);
export const setCurrentDevice = (id) => (id ? localStorage.setItem(CURRENT, id) : localStorage.removeItem(CURRENT));

/** A newer version of the page has opened the database: this page must be loaded again. */
export class Outdated extends Error {}

const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const done = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
});

export class Store {
  #name;
  #opening = null;
  #key = null;
  #read = new Map(); // by its nonce, what was opened: a full outbox is listed again with each answer

  constructor(deviceId) { this.#name = databaseOf(deviceId); }

  async #database() {
    this.#opening ??= this.#open();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error.name === "VersionError" ? new Outdated() : error;
    }
  }

  async #open() {
    const request = indexedDB.open(this.#name, STORES.length);
    request.onupgradeneeded = () => {
      for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
    };
    const database = await answered(request);
    database.onclose = () => { this.#opening = null; };
    database.onversionchange = () => { database.close(); this.#opening = null; };
    return database;
  }

  /** Run something in one transaction. On a connection that died it is opened anew, once. */
  async #within(mode, stores, work) {
    for (let again = 1; ; again -= 1) {
      try {
        const transaction = (await this.#database()).transaction(stores, mode, { durability: "strict" });
        const ended = done(transaction);
        const [result] = await Promise.all([work((store) => transaction.objectStore(store)), ended]);
        return result;
      } catch (error) {
        if (!again || !DEAD.includes(error.name)) throw error;
        this.#opening = null;
      }
    }
  }

  async #sealing() {
    if (this.#key) return this.#key;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    this.#key = await this.#within("readwrite", ["keys"], async (store) => {
      const keys = store("keys"), found = await answered(keys.get("key"));
      if (!found) keys.put(made, "key"); // of two pages that begin at once, one makes it
      return found ?? made;
    });
    return this.#key;
  }

  async #sealed(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.#sealing(), bytes) };
  }

  async #opened(sealed) {
    const nonce = sealed.iv.join();
    if (!this.#read.has(nonce)) this.#read.set(nonce, await this.#unsealed(sealed));
    return this.#read.get(nonce);
  }

  async #unsealed(sealed) {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, await this.#sealing(), sealed.data);
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  async get(store, key) {
    const found = await this.#within("readonly", [store], (of) => answered(of(store).get(key)));
    return found && this.#opened(found);
  }

  /** Every key and value of a store, the oldest key first. */
  async all(store) {
    const [keys, values] = await this.#within("readonly", [store], (of) => Promise.all([answered(of(store).getAllKeys()), answered(of(store).getAll())]));
    const found = await Promise.all(keys.map(async (key, at) => [key, await this.#opened(values[at])]));
    if (this.#read.size > MOST_READ) this.#read.clear();
    return found;
  }

  /** Put and delete in one transaction, which is on the disk when this resolves; an undefined value deletes. */
  async change(store, changes) {
    const sealed = await Promise.all(changes.map(async ([key, value]) => [key, value === undefined ? undefined : await this.#sealed(value)]));
    await this.#within("readwrite", [store], async (of) => {
      for (const [key, value] of sealed) value === undefined ? of(store).delete(key) : of(store).put(value, key);
    });
  }

  async clear(store) { await this.#within("readwrite", [store], async (of) => { of(store).clear(); }); }

  /** Delete the whole database, and with it the key. */
  async destroy() {
    if (this.#opening) (await this.#opening).close();
    this.#opening = this.#key = null;
    await answered(indexedDB.deleteDatabase(this.#name));
  }
}
