// The pages: today's work, the women of the place, one placement, the outbox and one entry of it, and this phone itself.

import { openCeremony } from "./ceremony.js";
import { asked, button, h } from "./dom.js";
import { near, openForm } from "./forms.js";
import { asFile, formOf, HERS, idOf, saveFile } from "./outbox.js";
import { Stopped } from "./sending.js";
import { Phone } from "./phone.js";
import { bothDays, day, FORMS, LANGUAGE, number, ready, say, time, units, word } from "./words.js";

const SOON_DAYS = 60, AROUND_DAYS = 30; // as the office's visit list has them
const page = (title, ...body) => [h("h1", { tabindex: "-1" }, title), ...body];
const link = (hash, ...text) => h("a", { href: `#${hash}` }, ...text);

export const saveAll = async (phone, entries) => saveFile(`relay-${phone.device.username}-${phone.today()}.jsonl`, await asFile(phone.device, entries));

// ------------------------------------------------------------------------------------------------ who is meant where

/** What the pages ask of a phone: names as far as it has them, what is due, and what forms choose among. */
export function looksUp(phone) {
  const rows = (name) => phone.place?.[name] ?? [];
  let kept = []; // who was registered on this phone, and has not come back with the place
  phone.reads = async () => {
    const entries = await phone.outbox.entries();
    kept = registeredHere(entries);
    return entries;
  };
  phone.women = () => {
    const there = new Set(rows("women").map((row) => row.beneficiary_id));
    return [...rows("women"), ...kept.filter((row) => !there.has(row.beneficiary_id))];
  };
  phone.nameOf = (id) => phone.women().find((row) => row.beneficiary_id === id)?.name || rows("placements").find((row) => row.beneficiary_id === id)?.name || id;
  phone.placement = (id) => rows("placements").find((row) => row.placement_id === id);
  phone.heldBy = (id) => rows("placements").filter((row) => row.beneficiary_id === id);
  phone.owes = (row) => Math.max(0, (row.owed ?? 0) - (row.passed_on ?? 0));
  phone.due = () => rows("placements").filter((row) => phone.owes(row) && ["late", "broken", "due", "in_time"].includes(row.state)).sort(urgency);
  phone.helps = () => phone.place?.help_kinds ?? [];
  phone.lists = {
    beneficiary: () => ({ rows: phone.women(), id: "beneficiary_id", label: (row) => row.name ?? row.beneficiary_id }),
    placement: () => ({ rows: rows("placements"), id: "placement_id", label: (row) => row.name ?? row.placement_id }),
    gift: () => ({ rows: rows("gifts").map((row) => ({ ...row, name: giftName(row) })), id: "gift_id", label: (row) => row.name, likeliest: true }),
  };
  phone.own = (kind) => (phone.place?.kinds?.find((each) => each.kind === kind)?.columns ?? []).filter(({ name }) => name.startsWith(OWN)).map(ownField);
  phone.records = (kind) => !phone.place?.kinds || phone.place.kinds.some((each) => (each.kind ?? each) === kind);
}

const OWN = "own."; // before the name of a column of the programme's own, which comes with its places
const SORTS = { count: "number", date: "day", text: "text", choice: "words" };
const ownField = ({ name, label, type, choices, words }) => ({ name, asks: label, sort: SORTS[type], coming: true, choices: choices.length ? Object.fromEntries(choices.map((each, at) => [each, words[at]])) : null });

const registeredHere = (entries) => entries.flatMap((entry) => entry.acts).filter((one) => one.act === "beneficiary" && one.content.name).map((one) => one.content);

const giftName = (row) => [word("help", row.help), row.given_on && day(row.given_on)].filter(Boolean).join(" · ");

const ORDER = ["late", "broken", "due", "in_time"];
const urgency = (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.due_on ?? "").localeCompare(b.due_on ?? "") || a.placement_id.localeCompare(b.placement_id);

const stateOf = (row) => h("span", { class: `tally ${row.state}` }, word("state", row.state));

function card(phone, row) {
  const owes = phone.owes(row);
  return h("li", { class: "card" }, link(`placement/${encodeURIComponent(row.placement_id)}`, h("bdi", {}, h("strong", {}, phone.nameOf(row.beneficiary_id)))), h("p", {}, stateOf(row), " · ", owes ? say("owes_by", { units: units(owes, row.help), day: day(row.due_on) }) : say("owes_nothing")), row.planned_receiver ? h("p", { class: "quiet" }, say("planned_to", { name: phone.nameOf(row.planned_receiver) })) : null, toCome(row));
}

/** What is to be expected of her animals, where that is known. */
function toCome({ expected }) {
  if (!expected) return null;
  const said = [expected.ready_on && ready(expected), expected.birth_on && say("birth_on", { day: day(expected.birth_on) }), expected.treatment_on && say("treatment_on", { day: day(expected.treatment_on) })];
  return said.filter(Boolean).map((text) => h("p", { class: "quiet" }, text));
}

/** Whether somebody should look after her animals: a treatment is due, young are expected, or she is ready early. */
function needsALook(phone, { expected }) {
  const [from, until] = [phone.today(AROUND_DAYS), phone.today(-AROUND_DAYS)];
  const around = (on) => on && from <= on && on <= until;
  return expected && ((expected.treatment_on && expected.treatment_on <= until) || around(expected.birth_on) || (around(expected.ready_on) && expected.ready_on < expected.due_on));
}

/** A list with a search above it; what is typed stays on this phone. */
function searched(rows, id, made, empty) {
  const list = h("ul", { class: "rows" });
  const show = (text) => {
    const hits = text ? near(rows, text, id) : rows;
    list.replaceChildren(...(hits.length ? hits.map(made) : [h("li", { class: "quiet" }, empty)]));
  };
  show("");
  return [h("label", { class: "search" }, h("span", { class: "unseen" }, say("find")), h("input", { type: "search", autocomplete: "off", placeholder: say("name_or_id"), oninput: (event) => show(event.target.value) })), list];
}

const nameless = (phone) => phone.place?.nameless && !phone.device.revoked && !phone.device.withdrawn && h("p", { class: "notice" }, say("names_dropped"));

export function today(phone) {
  if (!phone.place) return page(say("today_work"), h("p", { class: "notice" }, say("no_place_yet")));
  const due = phone.due().filter((row) => row.state !== "in_time" || (row.due_on ?? "") <= phone.today(-SOON_DAYS));
  const looks = (phone.place.placements ?? []).filter((row) => needsALook(phone, row) && !due.includes(row));
  const asking = (phone.place.waiting ?? []).length;
  return page(say("today_work"), nameless(phone), h("p", { class: "quiet" }, say("as_of", { day: day(phone.place.clock) })),
    h("ul", { class: "deeds" }, phone.records("ceremony") && h("li", {}, link("ceremony", say("ceremony_day"))), phone.records("beneficiary") && h("li", {}, link("record/person/place/", say("register")))),
    h("h2", {}, say("to_hand_over", { num: due.length })), searched(due, "placement_id", (row) => card(phone, row), say("nothing_due")),
    looks.length ? [h("h2", {}, say("to_see_to", { num: looks.length })), h("ul", { class: "rows" }, looks.map((row) => card(phone, row)))] : null,
    asking ? [h("h2", {}, say("waiting", { num: asking })), h("ul", { class: "rows" }, phone.place.waiting.map((id) => h("li", { class: "card" }, link(`woman/${encodeURIComponent(id)}`, h("bdi", {}, phone.nameOf(id))))))] : null);
}

export function women(phone) {
  const rows = phone.women().sort((a, b) => (a.name ?? a.beneficiary_id).localeCompare(b.name ?? b.beneficiary_id, LANGUAGE));
  const made = (row) => h("li", { class: "card" }, link(`woman/${encodeURIComponent(row.beneficiary_id)}`, h("bdi", {}, h("strong", {}, phone.nameOf(row.beneficiary_id)))), " ", h("small", { class: "quiet" }, row.beneficiary_id), h("p", {}, phone.heldBy(row.beneficiary_id).map((each) => [stateOf(each), " "])));
  return page(say("women", { num: rows.length }), nameless(phone), searched(rows, "beneficiary_id", made, say("nobody_found")));
}

const recording = (phone, on, id) => FORMS.filter((form) => form.on === on && phone.records(form.kind)).map((form, at) => h("li", {}, h("a", { href: `#record/${form.name}/${on}/${encodeURIComponent(id)}`, class: at ? null : "deed" }, form.title)));

export async function woman(phone, id) {
  const held = phone.heldBy(id);
  return page(h("bdi", {}, phone.nameOf(id)), h("p", { class: "quiet" }, id), held.length ? h("ul", { class: "rows" }, held.map((row) => card(phone, row))) : h("p", {}, say("holds_nothing")), h("ul", { class: "deeds" }, recording(phone, "beneficiary", id)), await unsent(phone, id));
}

export async function placement(phone, id) {
  const row = phone.placement(id);
  if (!row) return page(id, h("p", { class: "notice" }, say("not_here")), await unsent(phone, id));
  const facts = [[say("state"), stateOf(row)], [say("holds"), units(row.animals, row.help)], [say("still_owes"), `${number(phone.owes(row))} / ${number(row.owed ?? 0)}`], [say("by_day"), bothDays(row.due_on)], [say("planned_receiver"), row.planned_receiver ? h("bdi", {}, phone.nameOf(row.planned_receiver)) : say("nobody")]];
  if (row.last_visit_on !== undefined) facts.push([say("last_visit"), row.last_visit_on ? bothDays(row.last_visit_on) : say("never")]);
  return page(h("bdi", {}, phone.nameOf(row.beneficiary_id)), h("p", { class: "quiet" }, `${row.beneficiary_id} · ${id}`), h("ul", { class: "deeds" }, recording(phone, "placement", id)), toCome(row), h("dl", { class: "summed" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))), await unsent(phone, id));
}

/** What this phone keeps about a record and has not seen recorded. */
async function unsent(phone, id) {
  const about = (await phone.outbox.entries()).filter((entry) => !["recorded", "deleted"].includes(entry.state) && entry.acts.some((one) => Object.values(one.content).includes(id)));
  return about.length ? [h("h2", {}, say("kept_about")), h("ul", { class: "rows" }, about.map((entry) => entryCard(phone, entry)))] : null;
}

// ------------------------------------------------------------------------------------------------------------ recording

function notKept(phone) {
  return (event) => {
    const entry = { acts: event.detail.map((one) => ({ ...one, written_at: `${new Date().toISOString().slice(0, 19)}Z` })) };
    event.target.querySelector(".full")?.remove();
    event.target.append(h("div", { class: "notice full", role: "alert" }, h("p", {}, say("phone_full")), button(say("save_file"), () => saveAll(phone, [entry]))));
  };
}

/** Ask the browser to keep what is kept; it is told where it will not. */
/** Go on from a form that was handed in, unless she went elsewhere while it was kept. */
const goOn = (from, to) => { if (location.hash === from) location.hash = to; };

async function keptNow(phone, entries) {
  const keys = await phone.outbox.keep(entries);
  phone.mayDelete = !(await phone.persists());
  phone.send();
  return keys;
}

export async function record(phone, name, on, id) {
  const form = FORMS.find((each) => each.name === name && each.on === on);
  const tie = on === "place" ? phone.device.place : id;
  const about = on === "placement" ? phone.placement(id) : null;
  const fills = (form.asks.some((field) => field.name === "animals") && about && form.kind === "pass") ? () => ({ animals: String(phone.owes(about) || ""), ...(about.planned_receiver ? { beneficiary_id: { text: "", chosen: about.planned_receiver } } : {}) }) : undefined;
  const node = await openForm(phone, { ...form, fills }, { tie, done: async (acts) => {
    const from = location.hash;
    const [key] = await keptNow(phone, [{ form: name, acts }]);
    goOn(from, `kept/${key}`);
  } });
  node.addEventListener("full", notKept(phone));
  const who = on === "placement" ? phone.nameOf(about?.beneficiary_id ?? id) : on === "beneficiary" ? phone.nameOf(id) : "";
  return page(form.title, who && h("p", { class: "about" }, h("bdi", {}, h("strong", {}, who)), about && phone.owes(about) ? ` · ${say("owes_by", { units: units(phone.owes(about), about.help), day: day(about.due_on) })}` : ""), node);
}

export async function ceremony(phone) {
  const form = FORMS.find((each) => each.name === "pass-on");
  const node = await openCeremony(phone, form, async (entries) => {
    const from = location.hash;
    await keptNow(phone, entries);
    goOn(from, "outbox");
  });
  node.addEventListener("full", notKept(phone));
  return page(say("ceremony_day"), h("p", {}, say("ceremony_how")), node);
}

// --------------------------------------------------------------------------------------------------------------- outbox

const titleOf = (entry) => (entry.form === "ceremony" ? say("ceremony_day") : (formOf(entry)?.title ?? entry.form));

function stateWords(entry) {
  const last = entry.acts.at(-1);
  if (last.same_as) return say("is_same", { id: last.same_as });
  if (entry.state === "recorded") return say("is_recorded", { number: number(last.sequence ?? 0) });
  if (entry.state === "deleted") return say("is_deleted", { reason: entry.reason });
  return say({ kept: "is_kept", asks: "is_asked", refused: "is_refused", held: "is_held" }[entry.state]);
}

/** Whom an entry is about, by what the phone knows. */
function about(phone, entry) {
  const main = entry.acts.at(-1).content;
  const giver = phone.placement(main.giver_placement_id ?? main.placement_id)?.beneficiary_id;
  const receiver = entry.acts.find((one) => one.act === "beneficiary")?.content.name ?? (main.beneficiary_id && phone.nameOf(main.beneficiary_id));
  return [...new Set([giver && phone.nameOf(giver), receiver, main.name].filter(Boolean))].join(" → ");
}

const entryCard = (phone, entry) => h("li", { class: `card ${entry.state}` }, link(`kept/${entry.key}`, h("strong", {}, titleOf(entry))), " ", h("bdi", {}, about(phone, entry)), h("p", {}, h("span", { class: `said ${entry.state}` }, stateWords(entry))));

export async function outbox(phone) {
  const entries = (await phone.outbox.entries()).reverse();
  const group = (title, states) => {
    const found = entries.filter((entry) => states.includes(entry.state));
    return found.length ? [h("h2", {}, title), h("ul", { class: "rows" }, found.map((entry) => entryCard(phone, entry)))] : null;
  };
  const unsentHere = entries.filter((entry) => !["recorded", "deleted"].includes(entry.state));
  return page(say("outbox"), h("div", { class: "answers" }, button(say("send_now"), () => phone.send()), unsentHere.length ? button(say("save_file"), () => saveAll(phone, unsentHere.toReversed()), "outline") : null), group(say("needs_you_title"), HERS), group(say("kept_title"), ["kept"]), group(say("held_title"), ["held"]), group(say("done_title"), ["recorded", "deleted"]), entries.length ? null : h("p", { class: "quiet" }, say("outbox_empty")));
}

/** What an act says, column by column, in the words of its form. */
function summary(phone, entry, one) {
  const forms = [formOf(entry), ...FORMS].filter((each) => each?.kind === one.act);
  const fields = [...forms.flatMap((each) => [...each.asks, ...each.more]), ...phone.own(one.act)].filter((field) => !(field.name in forms[0].says));
  const told = (name, value) => {
    const field = fields.find((each) => each.name === name);
    if (name.endsWith("beneficiary_id")) return h("bdi", {}, entry.acts.find((each) => each.content.beneficiary_id === value && each.content.name)?.content.name ?? phone.nameOf(value));
    if (field?.choices) return field.choices[value] ?? value;
    if (name === "help") return word("help", value);
    return field?.sort === "day" ? bothDays(value) : typeof value === "number" ? number(value) : h("bdi", {}, String(value));
  };
  const rows = Object.entries(one.content).filter(([name]) => fields.some((field) => field.name === name) && name !== `${one.act}_id`);
  return h("dl", { class: "summed" }, rows.map(([name, value]) => h("div", {}, h("dt", {}, fields.find((field) => field.name === name).asks), h("dd", {}, told(name, value)))));
}

const MEETS = { held: "held_how", refused: "refused_how", conflict: "conflict_how", asked: "asked_how" };

export async function kept(phone, key) {
  const entry = await phone.outbox.entry(key);
  if (!entry) return page(say("outbox"), h("p", { class: "notice" }, say("not_here")));
  const open = entry.acts.filter((one) => !one.done);
  const said = open.filter((one) => one.sentence).map((one) => h("div", { class: "notice", role: "note" }, h("p", {}, h("strong", {}, one.sentence)), MEETS[one.result] && h("p", {}, say(MEETS[one.result]))));
  const isOver = ["recorded", "deleted"].includes(entry.state);
  const wiped = phone.device.revoked && entry.state !== "kept";
  return page(titleOf(entry), h("p", {}, h("span", { class: `said ${entry.state}` }, stateWords(entry))), said, isOver || wiped ? null : entry.acts.map((one) => summary(phone, entry, one)), isOver || wiped ? null : h("div", { class: "answers" }, answers(phone, entry, open)), entry.state === "kept" && phone.mayDelete ? h("p", { class: "notice" }, say("may_delete")) : null, h("p", {}, link("", say("back_to_work"))));
}

/** The hand-over that is recorded already, of an act that seems to tell it again. */
const earlier = (one) => (one.code === "twin" ? one.sentence.match(/\bpass:[\w.-]*\w/g)?.find((id) => id !== idOf(one)) : undefined);

/** What she can do about an entry. */
function answers(phone, entry, open) {
  const found = [];
  const asks = open.filter((one) => one.result === "asked");
  const twin = open.find((one) => one.held_id && earlier(one));
  if (twin) found.push(button(say("same_as", { id: earlier(twin) }), () => settle(phone, entry, (one) => (one === twin ? { ...one, settle: { settle: "same", as: earlier(one) } } : one))));
  if (asks.length) found.push(button(say("yes_record"), () => settle(phone, entry, (one) => (one.result === "asked" ? { ...one, again: true } : one)), twin ? "outline" : ""));
  const isTaken = open.some((one) => one.result === "conflict"); // what is recorded under its id cannot be corrected here
  if (entry.form !== "ceremony" && !isTaken) found.push(h("a", { role: "button", class: found.length || entry.state === "held" ? "outline" : null, href: `#correct/${entry.key}` }, say(entry.state === "kept" ? "change" : "correct")));
  found.push(button(say("delete"), () => remove(phone, entry), isTaken ? "" : "outline"));
  return found;
}

/** Write an entry with its acts answered, to be sent again; unless it was recorded meanwhile. */
async function settle(phone, entry, answered) {
  await phone.outbox.exclusively(async () => {
    const now = await phone.outbox.entry(entry.key);
    if (!now || ["recorded", "deleted"].includes(now.state)) return;
    await phone.outbox.write([{ ...entry, state: "kept", settles: entry.acts.some((one) => answered(one).settle), acts: entry.acts.map(answered) }]);
  });
  phone.send();
}

async function remove(phone, entry) {
  const input = h("input", { autocomplete: "off", maxlength: 200 });
  const reason = await asked(say("delete_title"), h("label", {}, say("delete_why"), input), [[say("delete"), () => input.value.trim() || null], [say("leave_it"), null, "outline"]]);
  if (!reason) return;
  await phone.outbox.remove(entry.key, reason);
  phone.send();
}

export async function correct(phone, key) {
  const entry = await phone.outbox.entry(key);
  if (!entry || ["recorded", "deleted"].includes(entry.state)) return kept(phone, key);
  const main = entry.acts.at(-1);
  const named = FORMS.filter((each) => each.name === entry.form);
  const form = named.find((each) => each.tie && main.content[each.tie]) ?? named[0];
  const node = await openForm(phone, form, { tie: main.content[form.tie], kept: entry, done: async (acts) => {
    const from = location.hash;
    let isLate = false;
    await phone.outbox.exclusively(async () => {
      const now = await phone.outbox.entry(key);
      isLate = !now || ["recorded", "deleted"].includes(now.state);
      if (isLate) return;
      const written_at = `${new Date().toISOString().slice(0, 19)}Z`;
      const before = (one) => now.acts.find((each) => each.act === one.act && each.content[`${one.act}_id`] === one.content[`${one.act}_id`]);
      const changed = acts.map((one) => (before(one)?.done ? before(one) : { ...one, written_at }));
      await phone.outbox.write([{ ...now, state: "kept", settles: false, acts: changed }]);
    });
    if (isLate) await asked(say("too_late"), h("p", {}, say("too_late_how")), [[say("close"), null]]);
    phone.send();
    goOn(from, `kept/${key}`);
  } });
  node.addEventListener("full", notKept(phone));
  const why = main.sentence && h("div", { class: "notice" }, main.sentence);
  return page(form.title, why, node);
}

// ------------------------------------------------------------------------------------------------------------ the phone

export async function thisPhone(phone, left) {
  const entries = await phone.outbox.entries();
  const unsentHere = entries.filter((entry) => entry.state === "kept" || (HERS.includes(entry.state) && !entry.acts.some((one) => one.held_id)));
  const typed = h("input", { inputmode: "numeric", autocomplete: "off" });
  const leave = async () => { await phone.leave(); left(); };
  const body = unsentHere.length
    ? [h("p", { class: "notice" }, say("leave_refused", { num: unsentHere.length })), h("div", { class: "answers" }, button(say("send_now"), () => phone.send()), button(say("save_file"), () => saveAll(phone, unsentHere), "outline")), h("form", { class: "asking", onsubmit: (event) => { event.preventDefault(); if (Number(typed.value) === unsentHere.length) leave(); else sayWrong(event.target); } }, h("label", {}, say("type_number", { number: number(unsentHere.length) }), typed), h("button", { type: "submit", class: "outline" }, say("delete_and_leave", { num: unsentHere.length })))]
    : [button(say("leave"), leave, "outline")];
  const { device } = phone;
  const facts = [[say("signed_in_as"), device.username], [say("place"), phone.place?.place_name ?? device.place], [say("programme"), device.programme_id]];
  return page(say("this_phone"), h("dl", { class: "summed" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, h("bdi", {}, value))))), h("p", {}, say("phone_holds")), h("h2", {}, say("leave")), body);
}

function sayWrong(form) {
  form.querySelector(".fault")?.remove();
  form.append(h("small", { class: "fault", role: "alert" }, say("wrong_number")));
}

export function enrol(lost, enrolled) {
  const code = h("input", { autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", required: true });
  const name = h("input", { autocomplete: "off", maxlength: 40, required: true });
  const fault = h("p", { class: "fault", role: "alert", hidden: true });
  const form = h("form", { class: "asking", onsubmit: async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      enrolled(await Phone.enrol(code.value.trim(), name.value.trim()));
    } catch (error) {
      fault.textContent = error instanceof Stopped ? error.sentence || say("code_wrong") : say("no_line_enrol");
      fault.hidden = false;
    }
  } }, h("label", {}, say("code"), code), h("label", {}, say("phone_name"), name), fault, h("button", { type: "submit" }, say("enrol")));
  const told = lost ? h("p", { class: "notice", role: "alert" }, lost > 0 ? say("all_lost", { num: lost }) : say("storage_lost")) : null;
  return page(say("welcome"), told, h("p", {}, say("enrol_how")), form);
}

/** The head of every page, in words. */
export function headline(state, entries) {
  const many = (states) => entries.filter((entry) => states.includes(entry.state)).length;
  const [hers, keptHere, held] = [many(HERS), many(["kept"]), many(["held"])];
  const parts = [hers && say("needs_you", { num: hers }), keptHere && say("kept_here", { num: keptHere }), held && say("lies_at_office", { num: held })].filter(Boolean);
  if (!parts.length) parts.push(state.at ? say("all_sent", { time: time(state.at) }) : say("nothing_kept"));
  if (state.line === "sending") parts.push(say("sending"));
  if (state.line === "cut") parts.push(say("no_line"));
  return { text: parts.join(" · "), look: hers ? "hers" : keptHere || held ? "some" : "none" };
}
