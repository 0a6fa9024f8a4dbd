// The page: finds this phone, shows what the address asks for, sends when there is a line, and says when a new version
// is there.

import { button, h } from "./dom.js";
import * as pages from "./pages.js";
import { Phone } from "./phone.js";
import { Outdated } from "./store.js";
import { say } from "./words.js";

const EVERY = 5 * 60 * 1000; // milliseconds
const TOGETHER = 50; // milliseconds
const main = document.getElementById("main"), head = document.getElementById("head"), notices = document.getElementById("notices");
const nav = document.getElementById("ways");
let phone = null, lost = 0, newer = null, form = null, registration = null, shown = 0, drawing = null;

const VIEWS = {
  "": () => pages.today(phone),
  women: () => pages.women(phone),
  woman: (id) => pages.woman(phone, id),
  placement: (id) => pages.placement(phone, id),
  record: (name, on, id) => pages.record(phone, name, on, id),
  ceremony: () => pages.ceremony(phone),
  outbox: () => pages.outbox(phone),
  kept: (key) => pages.kept(phone, key),
  correct: (key) => pages.correct(phone, key),
  phone: () => pages.thisPhone(phone, () => { phone = null; location.hash = ""; show(); }),
};
const LIVE = ["", "women", "woman", "placement", "outbox", "kept"]; // drawn again when something changed; forms are not

const pause = () => new Promise((next) => setTimeout(next, TOGETHER));
const where = () => location.hash.slice(1).split("/").map(decodeURIComponent);

async function show() {
  const mine = ++shown;
  await form?.keepDraft?.();
  const entries = await phone?.reads();
  const [name, ...rest] = where();
  const body = phone ? await (VIEWS[name] ?? VIEWS[""])(...rest) : pages.enrol(lost, began);
  while (main.matches(":active")) await pause(); // a button that is replaced under her finger would not be pressed
  if (mine !== shown) return; // she went on meanwhile
  nav.hidden = !phone;
  main.replaceChildren(...body.flat(Infinity).filter(Boolean));
  form = main.querySelector("form.asking");
  for (const each of nav.querySelectorAll("a")) each.toggleAttribute("aria-current", each.getAttribute("href") === `#${name}`);
  await told(entries);
}

async function told(entries) {
  if (!phone) {
    head.replaceChildren();
    notices.replaceChildren();
    return;
  }
  const { text, look } = pages.headline(phone.state, entries ?? (await phone.outbox.entries()));
  head.replaceChildren(h("a", { href: "#outbox", class: look }, text));
  const minutes = Math.round(Math.abs(phone.clockOff) / 60_000);
  const found = [
    lost > 0 && h("div", { class: "notice", role: "alert" }, h("p", {}, say("lost", { num: lost })), button(say("i_know"), async () => { await phone.outbox.acknowledge(); lost = 0; told(); }, "outline")),
    phone.clockOff > 0 && h("p", { class: "notice" }, say("clock_ahead", { num: minutes })),
    phone.clockOff < 0 && h("p", { class: "notice" }, say("clock_behind", { num: minutes })),
    phone.device.revoked && h("p", { class: "notice" }, say("revoked")),
    phone.device.withdrawn && h("p", { class: "notice" }, say("withdrawn")),
    phone.state.line === "stopped" && h("div", { class: "notice" }, h("p", {}, say("stopped", { status: phone.state.status })), phone.state.sentence && h("p", {}, phone.state.sentence)),
    newer && h("div", { class: "notice" }, h("p", {}, say("new_version")), button(say("use_it"), useNewer)),
  ];
  notices.replaceChildren(...found.filter(Boolean));
}

/** Something changed: lists are drawn again, once for all that changes meanwhile; a form that is open is left alone. */
function changed() {
  drawing ??= pause().then(() => {
    drawing = null;
    return phone && LIVE.includes(where()[0]) ? show() : told();
  });
}

async function began(found) {
  phone = found;
  lost = 0;
  pages.looksUp(phone);
  phone.told = told;
  phone.changed = changed;
  phone.outbox.listen(changed);
  await show();
  document.documentElement.dataset.ready = "";
  await phone.tidy();
  await phone.send();
}

async function wake() {
  registration?.update().catch(() => null); // an installed page may stay open for weeks
  if (!phone) return;
  await phone.dropOldNames();
  await phone.tidy();
  lost = Math.max(lost, await phone.outbox.missing());
  await phone.send();
}

// ------------------------------------------------------------------------------------------------------------- versions

/** A new version waits until she taps: what is typed is kept as a draft first. */
async function useNewer() {
  await form?.keepDraft?.();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  newer.postMessage("use");
}

async function watchVersions() {
  if (!("serviceWorker" in navigator)) return;
  registration = await navigator.serviceWorker.register("/field-sw.js", { scope: "/field/", updateViaCache: "none" });
  const waits = (worker) => { newer = worker; told(); };
  if (registration.waiting && navigator.serviceWorker.controller) waits(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => { if (worker.state === "installed" && navigator.serviceWorker.controller) waits(worker); });
  });
}

addEventListener("hashchange", async () => {
  await show();
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
});
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? wake() : form?.keepDraft?.()));
setInterval(wake, EVERY);
addEventListener("unhandledrejection", (event) => {
  const text = event.reason instanceof Outdated ? say("new_version_here") : say("unexpected");
  notices.prepend(h("div", { class: "notice", role: "alert" }, h("p", {}, text), button(say("load_again"), () => location.reload())));
});

watchVersions().catch(() => null); // without a worker, such as in a private window, it works as long as there is a line
const found = await Phone.find();
lost = found.lost;
if (found.phone) {
  await began(found.phone);
} else {
  await show();
  document.documentElement.dataset.ready = "";
}
