// This phone: as which device it is enrolled, the work of its place with names for some days, and its outbox.

import { Outbox, stripped } from "./outbox.js";
import { ask, NoLine, Sender, Stopped } from "./sending.js";
import { currentDevice, setCurrentDevice, Store } from "./store.js";

const A_DAY = 24 * 60 * 60 * 1000;
const NAMES_FOR = 14 * A_DAY; // and no longer, whatever the service says
const OFF = 10 * 60 * 1000; // by which the phone's clock may differ before it is told

export class Phone {
  state = { line: "idle" }; // idle, sending, cut (no line) or stopped (with what the service said)
  clockOff = 0; // milliseconds by which the phone's clock is ahead of the service's
  place = null;
  etag = null;

  constructor(store, device) {
    this.store = store;
    this.device = device;
    this.outbox = new Outbox(store, device.device_id);
    this.sender = new Sender(this);
  }

  /** This phone as it was enrolled; null where it is not, with `lost` true if it was and its storage is gone. */
  static async find() {
    const id = currentDevice();
    if (!id) return { phone: null, lost: 0 };
    const store = new Store(id), device = await store.get("device", "device");
    if (!device) {
      const lost = await new Outbox(store, id).missing();
      return { phone: null, lost: lost || -1 };
    }
    const phone = new Phone(store, device);
    await phone.#begin();
    return { phone, lost: await phone.outbox.missing() };
  }

  /** Enrol with the code that the office gave. */
  static async enrol(code, name) {
    const { found } = await ask("/devices", { method: "POST", body: { code, name } });
    const store = new Store(found.device_id);
    await store.change("device", [["device", found]]);
    setCurrentDevice(found.device_id);
    return new Phone(store, found);
  }

  async #begin() {
    const kept = await this.store.get("place", "place");
    if (kept) Object.assign(this, { place: kept.place, etag: kept.etag, fetchedAt: kept.fetchedAt, lasts: kept.lasts });
    this.clockOff = Number(localStorage.getItem("relay.field.clock") ?? 0);
    await this.dropOldNames();
  }

  /** What waits until the first page stands: what was done long ago is taken off, and old drafts. */
  async tidy() {
    await this.outbox.tidy();
    const drafts = await this.store.all("drafts");
    const old = drafts.filter(([, draft]) => Math.abs(Date.now() - draft.at) > NAMES_FOR);
    if (old.length) await this.store.change("drafts", old.map(([key]) => [key, undefined]));
  }

  // -- the place

  async received(place, etag) {
    this.heard(place.clock);
    const lasts = Math.min(NAMES_FOR, new Date(place.expires) - new Date(place.clock)) || NAMES_FOR;
    Object.assign(this, { place, etag, lasts });
    await this.still();
    this.changed?.();
  }

  /** The work of the place is as the phone has it, from now on. */
  async still() {
    if (!this.place) return;
    this.fetchedAt = Date.now();
    await this.store.change("place", [["place", { place: this.place, etag: this.etag, fetchedAt: this.fetchedAt, lasts: this.lasts }]]);
  }

  /** Whether a kind of help is money, which nobody counts in a yard. */
  isMoney(help) { return this.place?.money?.includes(help) ?? false; }

  /** Take names off the phone when they are older than they may be. The phone's own clock counts the days: where it was
   *  set back nobody knows how many passed, and they go as well. */
  async dropOldNames() {
    const age = Date.now() - this.fetchedAt;
    if (this.place && (age > this.lasts || age < -A_DAY)) await this.dropNames();
  }

  async dropNames() {
    if (!this.place || this.place.nameless) return;
    const nameless = (rows) => (rows ?? []).map(({ name, ...rest }) => rest);
    const { women, placements } = this.place;
    this.place = { ...this.place, women: nameless(women), placements: nameless(placements), nameless: true };
    this.etag = null; // so that they come again with the next fetch
    await this.store.change("place", [["place", { place: this.place, etag: null, fetchedAt: this.fetchedAt, lasts: this.lasts }]]);
    this.changed?.();
  }

  // -- the clock

  heard(clock) {
    const off = Date.now() - new Date(clock);
    if (!Number.isFinite(off)) return;
    this.clockOff = Math.abs(off) > OFF ? off : 0;
    localStorage.setItem("relay.field.clock", this.clockOff);
  }

  /** The day on the service's clock, as far as the phone knows it, where the phone is. */
  today(daysAgo = 0) {
    const now = new Date(Date.now() - this.clockOff - daysAgo * A_DAY);
    return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  }

  // -- sending

  /** Send and fetch; what came of it is in `state`. */
  async send() {
    this.wanted = true; // also by an act that is kept while others are sent
    if (this.state.line === "sending") return;
    this.#says({ line: "sending" });
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.sender.send();
      }
      this.#says({ line: "idle", at: Date.now() });
    } catch (error) {
      if (error instanceof NoLine) {
        this.#says({ line: "cut" });
        return this.wanted ? this.send() : undefined; // the line came back, or more was kept, while this try failed
      }
      if (!(error instanceof Stopped)) throw error;
      await this.#stopped(error);
    }
  }

  async #stopped(error) {
    if (error.code === "device_revoked" && !this.device.revoked) {
      await this.dropNames();
      await this.store.clear("drafts");
      await this.keeps({ revoked: true });
      const atTheOffice = (await this.outbox.entries()).filter((entry) => entry.state !== "kept");
      await this.outbox.write(atTheOffice.map(stripped));
      this.#says({ line: "idle" });
      return this.send(); // what is kept is handed in all the same
    }
    if (error.status === 401) await this.dropNames(); // what she may not see any more
    this.#says({ line: "stopped", status: error.status, sentence: error.sentence });
  }

  /** Remember what has become of this phone. */
  async keeps(more) {
    if (Object.entries(more).every(([name, value]) => Boolean(this.device[name]) === value)) return;
    this.device = { ...this.device, ...more };
    await this.store.change("device", [["device", this.device]]);
  }

  #says(state) {
    this.state = state;
    this.told?.();
  }

  /** Ask the browser, once, not to delete what is kept; false if it may. */
  async persists() {
    if (await navigator.storage?.persisted?.()) return true;
    return (await navigator.storage?.persist?.()) ?? false;
  }

  /** Leave this phone: everything that it holds is deleted, its token too. */
  async leave() {
    this.outbox.forget();
    setCurrentDevice(null);
    await this.store.destroy();
  }
}
