// The outbox: what was recorded on this phone, kept first and sent after. An entry is one act, or acts that belong
// together, such as a new woman and what she receives.
//
//   kept ──> recorded            by the service, with its number in the ledger: only ids are left of it here
//     │ └──> deleted             by her, with a reason: only ids and the reason are left
//     ├────> asks · refused ──>  she answers, corrects or deletes: then it is kept again, to be sent
//     └────> held                lies at the office too, until what it waits for is there

import { FORMS } from "./words.js";

export const UNSENT = ["kept"];
export const HERS = ["asks", "refused"]; // needs her
const DONE = ["recorded", "deleted"];
const SHOWN_DAYS = 14; // how long what is done is listed
const A_DAY = 24 * 60 * 60 * 1000;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** An id that nobody else makes: ten letters that can be read out and written down. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => LETTERS[byte % 32]).join("");

export const idColumn = (act) => `${act}_id`;
export const idOf = (one) => `${one.act}:${one.content[idColumn(one.act)]}`;

export class Outbox {
  #store;
  #deviceId;
  #changed = new BroadcastChannel("relay-field");

  constructor(store, deviceId) {
    this.#store = store;
    this.#deviceId = deviceId;
  }

  /** Call `listener` whenever any page of this phone has changed the outbox. */
  listen(listener) {
    this.#changed.addEventListener("message", listener);
    this.listener = listener;
  }

  #tell() {
    this.#changed.postMessage("changed");
    this.listener?.();
  }

  async entries() {
    const found = await this.#store.all("outbox");
    return found.map(([key, entry]) => ({ key, ...entry }));
  }

  async entry(key) {
    const found = await this.#store.get("outbox", key);
    return found && { key, ...found };
  }

  /** Keep new entries, each a list of acts with the name of its form: on the disk when this resolves. */
  async keep(many) {
    const last = (await this.entries()).at(-1)?.key.slice(0, 15) ?? "0";
    const first = Math.max(Date.now(), Number(last) + 1);
    const written_at = `${new Date().toISOString().slice(0, 19)}Z`;
    const changes = many.map(({ form, acts }, at) => [
      `${String(first + at).padStart(15, "0")}-${newId()}`,
      { form, state: "kept", kept_at: Date.now(), acts: acts.map((one) => ({ ...one, written_at })) },
    ]);
    await this.#store.change("outbox", changes);
    for (const [key] of changes) localStorage.setItem(this.#mark + key, "");
    this.#tell();
    return changes.map(([key]) => key);
  }

  /** Change entries that are there; who sends at this moment is waited for by `exclusively`. */
  async write(entries) {
    this.#unmark(entries);
    await this.#store.change("outbox", entries.map(({ key, ...entry }) => [key, entry]));
    this.#tell();
  }

  /** Run something while nobody sends: of all pages of this phone one sends at a time. */
  exclusively(work) { return navigator.locks.request(`relay-outbox-${this.#deviceId}`, work); }

  /** Delete an entry for a reason; ids and reason are left to be seen. */
  remove(key, reason) {
    return this.exclusively(async () => {
      const entry = await this.entry(key);
      if (!entry || entry.state === "recorded") return false;
      const inHand = entry.acts.filter((one) => one.held_id && !one.done);
      if (inHand.length) {
        await this.write([{ ...entry, state: "kept", settles: true, acts: entry.acts.map((one) => (one.held_id && !one.done ? { ...one, settle: { settle: "discard", reason } } : one)) }]);
      } else {
        await this.write([{ ...stripped(entry), state: "deleted", reason, done_at: Date.now() }]);
      }
      return true;
    });
  }

  // -- a mark for each open entry, kept elsewhere: made after the entry is on the disk and taken away before it is done,
  //    so that a mark without an entry tells that storage was cleared

  get #mark() { return `relay.field.${this.#deviceId}.kept.`; }

  #marks() { return Object.keys(localStorage).filter((name) => name.startsWith(this.#mark)); }

  #unmark(entries) {
    for (const { key, state } of entries) if (DONE.includes(state)) localStorage.removeItem(this.#mark + key);
  }

  /** How many entries are gone that this phone had kept: its storage was cleared. */
  async missing() {
    const marks = this.#marks(), there = new Set((await this.entries()).map(({ key }) => this.#mark + key));
    return marks.filter((mark) => !there.has(mark)).length;
  }

  /** She has read that they are gone. */
  async acknowledge() {
    const there = new Set((await this.entries()).map(({ key }) => this.#mark + key));
    for (const mark of this.#marks()) if (!there.has(mark)) localStorage.removeItem(mark);
  }

  forget() { for (const mark of this.#marks()) localStorage.removeItem(mark); }

  /** Take what was done long ago off the list. */
  async tidy() {
    const old = (await this.entries()).filter((entry) => DONE.includes(entry.state) && Date.now() - entry.done_at > SHOWN_DAYS * A_DAY);
    if (old.length) await this.#store.change("outbox", old.map(({ key }) => [key, undefined]));
  }
}

/** An entry of which nothing but ids is left: it holds no name any more. */
export const stripped = (entry) => ({
  ...entry,
  acts: entry.acts.map(({ act, content, act_id, sequence, done, same_as, held_id }) => ({ act, act_id: act_id ?? `${act}:${content[idColumn(act)]}`, sequence, done, same_as, held_id, content: idsOf(content) })),
});

const idsOf = (content) => Object.fromEntries(Object.entries(content ?? {}).filter(([name]) => name.endsWith("_id")));

export const formOf = (entry) => FORMS.find((form) => form.name === entry.form);

/** An act as it is sent: a likely day as it was typed. */
export const asSent = ({ act, content, typed, written_at, again }) => ({ act, content: { ...content, ...typed }, written_at, ...(again ? { again } : {}) });

/** The acts of entries as a file, one act a line after one line about the phone, each sealed with the phone's token. */
export async function asFile(device, entries) {
  const { programme_id, device_id, place } = device;
  const head = { relay_outbox: 1, programme_id, device_id, place };
  const acts = entries.flatMap((entry) => entry.acts.filter((one) => !one.done).map((one) => JSON.stringify(asSent(one))));
  const seals = await Promise.all(acts.map(await sealing(device)));
  return [head, ...acts.map((sealed, at) => ({ sealed, seal: seals[at] }))].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** What seals a text as this phone's: nobody without its token writes another in its place. */
async function sealing({ programme_id, device_id, token }) {
  const bytes = (text) => new TextEncoder().encode(text);
  const secret = await crypto.subtle.digest("SHA-256", bytes(token));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (text) => {
    const seal = await crypto.subtle.sign("HMAC", key, bytes(`${programme_id}\n${device_id}\n${text}`));
    return Array.from(new Uint8Array(seal), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
}

export function saveFile(name, text) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
