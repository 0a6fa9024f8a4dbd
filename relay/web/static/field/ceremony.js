// A ceremony day on one page: a row for each giver of the place, ticked as she hands over, and for whoever hands over and
// is not expected. Each row is an entry of its
// own in the outbox, so that one which the record will not take holds up no other.

import { button, h } from "./dom.js";
import { fieldOf, sayFault, whoField } from "./forms.js";
import { newId } from "./outbox.js";
import { amountOf, number, say, units } from "./words.js";

const DRAFT = "ceremony";
const SOON = 1000;
const OTHER = "+"; // so the keys of those begin who are not on the list

export async function openCeremony(phone, form, done) {
  const draft = await phone.store.get("drafts", DRAFT);
  const ids = draft?.ids ?? { ceremony: newId(), rows: {} };
  const idsOf = (row) => (ids.rows[row.key] ??= { pass: newId(), receiver: newId(), woman: newId() });
  const typed = draft?.typed ?? {};
  const passDay = form.asks.find((field) => field.sort === "day");
  const when = fieldOf({ ...passDay, name: "held_on", needed: true }, typed.held_on, phone);
  const witness = fieldOf({ name: "witness", asks: say("who_saw_it"), sort: "text" }, typed.witness, phone);
  const yard = fieldOf({ name: "counted", asks: say("counted_in_yard"), sort: "number", steps: false }, typed.counted, phone);

  const rows = phone.due().map((placement) => rowOf(phone, form, placement, typed.rows?.[placement.placement_id]));
  const others = h("div", { class: "hand-overs" });
  const another = (key, before) => {
    const row = walkIn(phone, form, before, key);
    rows.push(row);
    others.append(row.node);
    return row;
  };
  for (const key of Object.keys(typed.rows ?? {})) if (key.startsWith(OTHER)) another(key, typed.rows[key]);
  const line = h("p", { class: "sum", "aria-live": "polite" });
  let soon, isTyped = false; // what nobody typed into, or was kept, is no draft
  const keepDraft = async () => {
    clearTimeout(soon);
    if (!isTyped) return;
    const raw = { held_on: when.raw(), witness: witness.raw(), counted: yard.raw(), rows: Object.fromEntries(rows.filter((row) => row.ticked()).map((row) => [row.key, row.raw()])) };
    for (const row of rows) if (row.ticked()) idsOf(row);
    await phone.store.change("drafts", [[DRAFT, { at: Date.now(), ids, typed: raw }]]).catch(() => null);
  };
  const sums = () => {
    const ticked = rows.filter((row) => row.ticked());
    const inAll = (some) => some.reduce((sum, row) => sum + row.handed(), 0);
    const animals = inAll(ticked.filter((row) => !row.isMoney())), amount = inAll(ticked.filter((row) => row.isMoney()));
    const counted = yard.read().value;
    const agrees = counted === "" ? amount > 0 && !animals : Math.abs(counted - animals) < 0.0005;
    const told = say(counted === "" ? "ceremony_line" : agrees ? "ceremony_agrees" : "ceremony_differs", { givers: number(rows.length), handed: number(ticked.length), animals: number(animals), yard: counted === "" ? "" : number(counted) });
    line.textContent = amount ? say("ceremony_money", { line: told, amount: number(amount) }) : told;
    line.classList.toggle("agrees", agrees && animals > 0);
    return { ticked, agrees };
  };
  const changed = () => {
    clearTimeout(soon);
    isTyped = true;
    soon = setTimeout(keepDraft, SOON);
    sums();
  };

  const node = h("form", { class: "asking ceremony", novalidate: true, oninput: changed, onchange: changed, onsubmit: async (event) => {
    event.preventDefault();
    const { ticked, agrees } = sums();
    const { value: held_on, typed: likely } = when.read(), saw = witness.read().value;
    sayFault(when.node, held_on ? "" : say("needed"));
    sayFault(yard.node, agrees ? "" : say("count_first"));
    const read = ticked.map((row) => row.read(idsOf(row), { passed_on: held_on, ceremony_id: ids.ceremony, ...(saw ? { witness: saw } : {}) }));
    if (!held_on || !agrees || !read.length || read.includes(null)) return;
    const day = { act: "ceremony", content: { ceremony_id: ids.ceremony, held_on, place_id: phone.device.place } };
    for (const one of likely ? [day, ...read.flat()] : []) {
      for (const name of ["held_on", "passed_on"]) if (name in one.content) one.typed = { [name]: likely };
    }
    isTyped = false;
    try {
      await done([{ form: "ceremony", acts: [day] }, ...read.map((acts) => ({ form: form.name, acts }))]);
    } catch (error) {
      isTyped = true;
      if (error.name !== "QuotaExceededError") throw error;
      node.dispatchEvent(new CustomEvent("full", { bubbles: true, detail: [day, ...read.flat()] }));
      return;
    }
    clearTimeout(soon);
    await phone.store.change("drafts", [[DRAFT, undefined]]);
  } }, when.node, witness.node, h("div", { class: "hand-overs" }, rows.filter((row) => !row.key.startsWith(OTHER)).map((row) => row.node)), others, button(say("somebody_else"), () => another(`${OTHER}${newId()}`).node.querySelector("input").focus(), "outline"), yard.node, line, h("button", { type: "submit" }, say("keep_day")));
  node.keepDraft = keepDraft;
  sums();
  return node;
}

/** To whom, and how many: what each hand-over of the day asks. */
function cellsOf(phone, form, typed, { planned = "", owed = "", unit = "animals" }) {
  const column = form.asks.find((field) => field.name === "beneficiary_id");
  const whom = whoField({ ...column, needed: true }, typed?.whom ?? (planned ? { text: "", chosen: planned } : undefined), { ...phone.lists.beneficiary(), mayBeNew: true });
  const animals = h("input", { inputmode: "decimal", autocomplete: "off", value: typed?.animals ?? String(owed) });
  const many = h("label", {}, say(unit), animals);
  const own = phone.own("pass").map((field) => [field.name, fieldOf({ ...field, name: `${field.name} ${newId()}` }, typed?.own?.[field.name], phone)]);
  const counted = () => amountOf(animals.value).value || 0;
  return {
    node: h("div", { class: "cells" }, whom.node, many, own.map(([, field]) => field.node)),
    handed: counted,
    raw: () => ({ whom: whom.raw(), animals: animals.value, own: Object.fromEntries(own.map(([name, field]) => [name, field.raw()])) }),
    /** The acts of the hand-over; null where something is missing. */
    read: (giver, ids, more) => {
      const { value, fault, isNew } = whom.read();
      const wrong = fault ?? (value || isNew ? "" : say("needed"));
      sayFault(whom.node, wrong);
      sayFault(many, amountOf(animals.value).fault ?? (counted() ? "" : say("needed")));
      const said = own.map(([name, field]) => [name, field.read()]);
      said.forEach(([, { fault }], at) => sayFault(own[at][1].node, fault ?? ""));
      if (wrong || !counted() || !giver || said.some(([, { fault }]) => fault)) return null;
      const answers = Object.fromEntries(said.map(([name, { value }]) => [name, value]).filter(([, value]) => value !== "" && value !== undefined));
      const woman = isNew && { act: "beneficiary", content: { beneficiary_id: ids.woman, name: isNew, sex: "F", place_id: phone.device.place } };
      const pass = { pass_id: ids.pass, giver_placement_id: giver, receiver_placement_id: ids.receiver, beneficiary_id: isNew ? ids.woman : value, animals: counted(), ...answers, ...more };
      return [...(woman ? [woman] : []), { act: "pass", content: pass }];
    },
  };
}

// A row has `key` in the draft, `ticked()` if she hands over, `handed()`, `isMoney()`, `raw()` of what was
// typed and `read()`.

/** A giver of the list, ticked as she hands over. */
function rowOf(phone, form, placement, typed) {
  const owed = phone.owes(placement);
  const tick = h("input", { type: "checkbox", checked: Boolean(typed) });
  const cells = cellsOf(phone, form, typed, { planned: placement.planned_receiver, owed: owed || "", unit: phone.isMoney(placement.help) ? "amount" : "animals" });
  cells.node.hidden = !tick.checked;
  tick.addEventListener("change", () => { cells.node.hidden = !tick.checked; });
  const node = h("div", { class: "hand-over" }, h("label", { class: "tick" }, tick, h("span", {}, h("bdi", {}, h("strong", {}, phone.nameOf(placement.beneficiary_id))), " ", h("small", { class: "quiet" }, `${placement.placement_id} · ${say("owes", { units: units(owed, placement.help) })}`))), cells.node);
  return { ...cells, node, key: placement.placement_id, ticked: () => tick.checked, isMoney: () => phone.isMoney(placement.help), read: (ids, more) => marked(node, cells.read(placement.placement_id, ids, more)) };
}

/** Somebody who hands over and is not on the list; where nothing was typed, nobody. */
function walkIn(phone, form, typed, key) {
  const giver = whoField({ name: "giver", asks: say("who_gives"), needed: true }, typed?.giver, phone.lists.placement());
  const cells = cellsOf(phone, form, typed, {});
  const node = h("div", { class: "hand-over" }, giver.node, cells.node);
  return {
    ...cells,
    node,
    key,
    ticked: () => Boolean(giver.raw().text.trim() || giver.raw().chosen),
    isMoney: () => phone.isMoney(phone.placement(giver.read().value)?.help),
    raw: () => ({ giver: giver.raw(), ...cells.raw() }),
    read: (ids, more) => {
      const { value, fault } = giver.read();
      sayFault(giver.node, fault);
      return marked(node, cells.read(value, ids, more));
    },
  };
}

function marked(node, acts) {
  node.classList.toggle("faulty", !acts);
  return acts;
}
