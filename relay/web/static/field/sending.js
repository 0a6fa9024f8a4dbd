// Sending: one page of this phone at a time, oldest first, in small requests that a weak line carries. What the service
// says of each act is kept with it; only the line itself, or a token that is not valid any more, stops the sender.

import { asSent, HERS, idOf, stripped } from "./outbox.js";
import { LANGUAGE } from "./words.js";

const MOST_ACTS = 50;
const MOST_BYTES = 48 * 1024; // the service takes 64 kB
const PATIENCE = 90_000; // milliseconds until a request is given up: a full one on a 2G line takes ten seconds

/** The service cannot be reached, or sent something that is no answer of it. */
export class NoLine extends Error {}

/** The service does not take anything from this phone: `status` says how, `sentence` why. */
export class Stopped extends Error {
  constructor(status, body) {
    super(`${status}`);
    const { code = "", reason = "", suggestion = "" } = body?.error ?? {};
    Object.assign(this, { status, code, sentence: `${reason} ${suggestion}`.trim() });
  }
}

export async function ask(path, { method = "GET", token, body, etag } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": LANGUAGE };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (etag) headers["If-None-Match"] = etag;
  let response, found;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (response.status === 304) return { status: response.status };
    found = await response.json();
  } catch {
    if (!response || response.ok) throw new NoLine(); // such as the sign-in page of a hotel's network
    throw new Stopped(response.status, null);
  }
  if (!response.ok) throw new Stopped(response.status, found);
  return { status: response.status, found, etag: response.headers.get("ETag") };
}

/** The entries that fit into the next request, each whole. */
export function batchOf(entries) {
  const batch = [];
  let acts = 0, bytes = 0;
  for (const entry of entries) {
    const size = new Blob([JSON.stringify(entry.acts)]).size;
    if (batch.length && (acts + entry.acts.length > MOST_ACTS || bytes + size > MOST_BYTES)) break;
    batch.push(entry);
    acts += entry.acts.length;
    bytes += size;
  }
  return batch;
}

const toSend = (entry) => entry.acts.filter((one) => !one.done);

/** An entry with the service's answers about its acts. */
export function withAnswers(entry, rows) {
  const acts = entry.acts.map((one) => {
    const row = rows.get(idOf(one));
    if (!row) return one;
    const { settle, ...rest } = one;
    if (row.result === "discarded") return { ...rest, discarded: settle?.reason ?? "", held_id: undefined };
    if (row.result === "added" || row.result === "same") return { ...rest, content: { ...one.content, ...row.content }, done: true, act_id: row.act_id, sequence: row.sequence, same_as: settle?.as, held_id: undefined };
    return { ...rest, ...row, content: one.content };
  });
  const open = acts.filter((one) => !one.done && one.discarded === undefined);
  const found = { ...entry, acts, sent_at: Date.now(), settles: false };
  if (!open.length) {
    const dropped = acts.find((one) => one.discarded !== undefined);
    const over = dropped ? { state: "deleted", reason: dropped.discarded } : { state: "recorded" };
    return { ...stripped(found), ...over, done_at: Date.now() };
  }
  const results = open.map((one) => one.result);
  const state = results.includes("asked") ? "asks" : results.some((result) => result === "refused" || result === "conflict") ? "refused" : "held";
  return { ...found, state };
}

export class Sender {
  constructor(phone) { this.phone = phone; }

  get #path() { return `/programmes/${encodeURIComponent(this.phone.device.programme_id)}`; }

  #ask(path, options = {}) { return ask(this.#path + path, { token: this.phone.device.token, ...options }); }

  /** Send what is kept, look after what lies at the office, and fetch the work of the place; after another page does. */
  send() {
    return this.phone.outbox.exclusively(async () => {
      await this.#handIn();
      if (!this.phone.device.revoked) {
        await this.#lookAfter();
        await this.#fetch();
      }
    });
  }

  async #handIn() {
    const { outbox } = this.phone;
    for (;;) {
      const kept = (await outbox.entries()).filter((entry) => entry.state === "kept");
      const settling = kept.find((entry) => entry.settles);
      if (settling) {
        await this.#settle(settling);
        continue;
      }
      const batch = batchOf(kept);
      if (!batch.length) return;
      const acts = batch.flatMap(toSend).map(asSent);
      const { found } = await this.#ask("/acts", { method: "POST", body: { acts, hold: true } });
      if (!Array.isArray(found?.acts) || found.acts.length !== acts.length) throw new NoLine();
      await this.#answered(batch, found);
    }
  }

  /** Keep what was said of entries; rows come in the order in which acts were sent. */
  async #answered(entries, found) {
    this.phone.heard(found.clock);
    const sent = entries.flatMap(toSend);
    const rows = new Map(sent.map((one, at) => [idOf(one), found.acts[at]]));
    await this.phone.outbox.write(entries.map((entry) => this.#wiped(withAnswers(entry, rows))));
  }

  /** What a phone that was signed out has handed in keeps no names here. */
  #wiped(entry) { return this.phone.device.revoked && entry.state !== "kept" ? stripped(entry) : entry; }

  async #settle(entry) {
    const rows = new Map();
    for (const one of toSend(entry)) {
      const wish = one.settle;
      if (!wish) continue;
      try {
        const { found } = await this.#ask(`/held/${encodeURIComponent(one.held_id)}`, { method: "POST", body: wish });
        rows.set(idOf(one), found);
      } catch (error) {
        if (!(error instanceof Stopped) || error.status !== 404) throw error;
        rows.set(idOf(one), { ...one, result: "held" }); // the office has settled it: what it did comes with the next look
      }
    }
    await this.phone.outbox.write([withAnswers(entry, rows)]);
  }

  /** See what the office did with what lies there. */
  async #lookAfter() {
    const { outbox } = this.phone;
    const lying = (await outbox.entries()).filter((entry) => [...HERS, "held"].includes(entry.state) && entry.acts.some((one) => one.held_id));
    if (!lying.length) return;
    const { found } = await this.#ask("/held");
    const held = new Map(found.held.map((row) => [row.held_id, row]));
    const settled = new Map((found.settled ?? []).map((row) => [row.act_id, row]));
    const changed = [];
    for (const entry of lying) {
      const rows = new Map();
      for (const one of entry.acts.filter((each) => each.held_id)) {
        const row = held.get(one.held_id), over = settled.get(idOf(one));
        if (row) rows.set(idOf(one), row);
        else if (over) rows.set(idOf(one), { ...over, result: over.settled === "discarded" ? "discarded" : "same" });
      }
      const now = withAnswers({ ...entry, acts: entry.acts.map((one) => (settled.get(idOf(one))?.settled === "discarded" ? { ...one, settle: { reason: settled.get(idOf(one)).reason } } : one)) }, rows);
      if (JSON.stringify({ ...now, sent_at: 0 }) !== JSON.stringify({ ...entry, sent_at: 0 })) changed.push(now);
    }
    if (changed.length) await outbox.write(changed);
  }

  async #fetch() {
    try {
      const { status, found, etag } = await this.#ask("/field-bundle", { etag: this.phone.etag });
      await (status === 304 ? this.phone.still() : this.phone.received(found, etag));
      await this.phone.keeps({ withdrawn: false });
    } catch (error) {
      if (!(error instanceof Stopped) || error.status !== 403) throw error;
      await this.phone.keeps({ withdrawn: true }); // her role; what she writes is handed in all the same
      await this.phone.dropNames();
    }
  }
}
