// The forms, as the shell of the page tells them: the same questions as online, with ids that are minted with the form.
// Every change is kept as a draft, which is offered when the form is opened again.

import { asked, button, h } from "./dom.js";
import { idColumn, newId } from "./outbox.js";
import { amountOf, day, dayAndMonth, digits, gregorian, number, sambat, say, word } from "./words.js";

const MOST_FOUND = 6; // a phone shows them above its keyboard
const SOON = 1000; // milliseconds after which what was typed is kept as a draft
const folded = (text) => (text ?? "").normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The rows of a list whose name or id begins like each of the words that were typed. */
export function near(rows, text, id) {
  const words = folded(text).split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const known = [...folded(row.name).split(/\s+/), folded(row[id])];
    return words.every((each) => known.some((one) => one.startsWith(each)));
  });
}

const looksLikeAnId = (text) => /\d/.test(text) && !/\s/.test(text.trim());

// ------------------------------------------------------------------------------------------------------------ fields
// A field has `node`, and `read()`: { value } or { fault }, of a likely day { typed } too; `raw()` is what a draft keeps.

function pills(name, choices, chosen, onchange) {
  return h("div", { class: "pills", role: "radiogroup" }, choices.map(([value, label]) => h("label", { class: "pill" }, h("input", { type: "radio", name, value, checked: value === chosen, onchange }), h("span", {}, label))));
}

const picked = (node, name) => node.querySelector(`input[name="${name}"]:checked`)?.value ?? "";

function wordField(field, typed) {
  const choices = [...Object.entries(field.choices), ...(field.needed ? [] : [["", say("not_known")]])];
  const node = h("fieldset", { class: "asked" }, h("legend", {}, title(field)), pills(field.name, choices, typed ?? ""));
  return { node, raw: () => picked(node, field.name), read: () => ({ value: picked(node, field.name) }) };
}

// Another day than today and yesterday, by a calendar: `node`, `read()`, and `raw()` for a draft.

function gregorianDay(field, typed, phone) {
  const input = h("input", { type: "date", value: typed ?? "", "aria-label": field.asks, max: field.coming ? null : phone.today() });
  return { name: "other", label: say(sambat ? "another_day_ad" : "another_day"), node: input, raw: () => input.value, read: () => ({ value: input.value }) };
}

/** No month is chosen before she chooses one: a month that nobody chose would be recorded as Baisakh. */
function sambatDay(field, typed, phone) {
  const { year: thisYear } = sambat.of(phone.today());
  const box = (value, label) => h("label", {}, label, h("input", { inputmode: "numeric", autocomplete: "off", value }));
  const day = box(typed?.day ?? "", say("bs_day")), year = box(typed?.year ?? thisYear, say("bs_year"));
  const month = h("select", {}, h("option", { value: "" }), sambat.months.map((name, at) => h("option", { value: at + 1, selected: typed?.month === String(at + 1) }, name)));
  const raw = () => ({ day: day.lastChild.value, month: month.value, year: year.lastChild.value });
  const read = () => {
    const [dayOf, monthOf, yearOf] = Object.values(raw()).map((text) => Number(digits(text)));
    if (!dayOf && !monthOf) return { value: "" };
    const value = sambat.iso({ day: dayOf, month: monthOf, year: yearOf });
    if (!value) return { fault: say("no_such_day") };
    if (yearOf <= sambat.published) return { value };
    const [monthText, dayText] = [monthOf, dayOf].map((number) => String(number).padStart(2, "0"));
    return { value, typed: `${yearOf}-${monthText}-${dayText} BS` }; // a likely day: the ledger keeps what was typed
  };
  const line = h("small", { class: "quiet", "aria-live": "polite" });
  const node = h("div", { class: "by-sambat", oninput: () => {
    const { value, typed: likely } = read();
    line.textContent = value ? `${likely ? "≈ " : ""}${gregorian(value)}` : "";
  } }, day, h("label", {}, say("bs_month"), month), year, line);
  return { name: "sambat", label: say("another_day"), node, raw, read };
}

function dayField(field, typed, phone) {
  const others = [...(sambat ? [sambatDay(field, typed?.sambat, phone)] : []), gregorianDay(field, typed?.other, phone)];
  const holders = others.map((other) => h("div", { class: "other", hidden: typed?.near !== other.name }, other.node));
  const near = [["today", `${say("today")}, ${dayAndMonth(phone.today())}`], ["yesterday", `${say("yesterday")}, ${dayAndMonth(phone.today(1))}`], ...others.map((other) => [other.name, other.label])];
  const node = h("fieldset", { class: "asked" }, h("legend", {}, title(field)), pills(field.name, near, typed?.near, () => {
    others.forEach((other, at) => { holders[at].hidden = picked(node, field.name) !== other.name; });
  }), holders);
  const read = () => {
    const chosen = picked(node, field.name), other = others.find((each) => each.name === chosen);
    return other ? other.read() : { value: { today: phone.today(), yesterday: phone.today(1) }[chosen] ?? "" };
  };
  return { node, raw: () => ({ near: picked(node, field.name), ...Object.fromEntries(others.map((other) => [other.name, other.raw()])) }), read };
}

/** A day, as what was typed. */
function typedDay(iso) {
  const there = sambat?.of(iso);
  if (!there) return { near: "other", other: iso };
  return { near: "sambat", sambat: Object.fromEntries(Object.entries(there).map(([name, value]) => [name, String(value)])) };
}

function numberField(field, typed) {
  const input = h("input", { id: `f-${field.name}`, inputmode: "decimal", autocomplete: "off", value: typed ?? "" });
  const step = (by, sign, label) => h("button", { type: "button", class: "step", "aria-label": `${field.asks} ${label}`, onclick: () => {
    const now = Number(digits(input.value) || 0);
    if (Number.isFinite(now)) input.value = Math.max(0, now + by);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } }, sign);
  const steps = field.steps ? [step(-1, "−", say("one_less")), input, step(1, "+", say("one_more"))] : [input];
  const node = h("div", { class: "asked" }, h("label", { for: input.id }, title(field)), h("div", { class: "stepped", "data-more": field.steps ? "" : null }, steps));
  return { node, raw: () => input.value, read: () => amountOf(input.value) };
}

function textField(field, typed) {
  const long = field.sort === "long";
  const input = long ? h("textarea", { rows: 2, value: typed ?? "" }) : h("input", { autocomplete: "off", spellcheck: "false", value: typed ?? "" });
  const node = h("div", { class: "asked" }, h("label", {}, title(field), input));
  return { node, raw: () => input.value, read: () => ({ value: input.value.trim() }) };
}

/** Who or what is meant, among those of the place; a new woman where the form allows one; or the id of somebody else.
 *  Where the first rows are the likeliest they are offered before anything is typed. */
export function whoField(field, typed, { rows, id, label, mayBeNew = false, likeliest = rows.length <= MOST_FOUND }) {
  let chosen = typed?.chosen ?? "", isNew = typed?.isNew ?? false;
  const input = h("input", { autocomplete: "off", autocapitalize: "words", spellcheck: "false", value: typed?.text ?? "", placeholder: say("name_or_id") });
  const found = h("div", { class: "found", role: "radiogroup", "aria-live": "polite", "aria-label": say("found") });
  const name = `${field.name}-${newId()}`;
  const pill = (value, text, more, check) => h("label", { class: "pill wide" }, h("input", { type: "radio", name, value, checked: check, onchange: () => { isNew = value === "+"; chosen = isNew ? "" : value; } }), h("span", {}, h("bdi", {}, h("strong", {}, text)), " ", h("small", {}, more)));
  const show = () => {
    const text = input.value.trim();
    const hits = (text ? near(rows, text, id) : rows.filter((row) => row[id] === chosen)).slice(0, MOST_FOUND);
    if (!text && !chosen && likeliest) hits.push(...rows.slice(0, MOST_FOUND));
    const offered = hits.map((row) => pill(row[id], label(row), row[id], row[id] === chosen));
    if (mayBeNew && text.length > 1 && !looksLikeAnId(text)) offered.push(pill("+", text, say("new_here"), isNew));
    if (looksLikeAnId(text) && !hits.some((row) => row[id] === text)) offered.push(pill(text, text, say("elsewhere"), chosen === text));
    found.replaceChildren(...offered);
  };
  input.addEventListener("input", () => { chosen = ""; isNew = false; show(); });
  show();
  const node = h("div", { class: "asked" }, h("label", {}, title(field), input), found);
  const read = () => {
    if (isNew) return { value: "", isNew: input.value.trim() };
    const text = input.value.trim();
    if (chosen || !text) return { value: chosen };
    if (rows.some((row) => row[id] === text)) return { value: text }; // nobody else is meant by a whole id
    return { fault: say("choose_one") };
  };
  return { node, raw: () => ({ text: input.value, chosen, isNew }), read };
}

const title = (field) => [field.asks, field.needed ? null : h("small", { class: "quiet" }, ` (${say("if_known")})`)];

/** The field, with what its column is below it. */
export function fieldOf(field, typed, phone) {
  const made = bareField(field, typed, phone);
  if (field.meaning) made.node.append(h("small", { class: "quiet" }, field.meaning));
  return made;
}

function bareField(field, typed, phone) {
  if (field.refers_to && phone.lists[field.refers_to]) return whoField(field, typed, { ...phone.lists[field.refers_to](), mayBeNew: field.refers_to === "beneficiary" });
  if (field.choices) return wordField(field, typed);
  if (field.name === "help") return wordField({ ...field, choices: Object.fromEntries(phone.helps().map((help) => [help, word("help", help)])) }, typed);
  if (field.sort === "day") return dayField(field, typed, phone);
  return field.sort === "number" ? numberField(field, typed) : textField(field, typed);
}

export function sayFault(node, text) {
  node.querySelector(".fault")?.remove();
  if (text) node.append(h("small", { class: "fault", role: "alert" }, text));
}

// -------------------------------------------------------------------------------------------------------------- form

/** What a draft or a kept act holds, as what was typed. */
function typedOf(form, content, phone) {
  const typed = {};
  for (const field of [...form.asks, ...form.more]) {
    const value = content[field.name];
    if (value === undefined) continue;
    if (field.sort === "day") typed[field.name] = typedDay(value);
    else if (field.refers_to && phone.lists[field.refers_to]) typed[field.name] = { text: "", chosen: value };
    else typed[field.name] = String(value);
  }
  return typed;
}

/**
 * A form, opened from a record or to correct what is kept.
 *
 * `tie` is the id of that record. `kept` is the entry that is corrected, of which the ids stay, and `fault` what is wrong
 * with it. It asks what the programme asks of its own, too. `done(acts)` keeps it; it throws where the phone cannot.
 */
export async function openForm(phone, form_, { tie = "", kept = null, done }) {
  const form = { ...form_, asks: [...form_.asks, ...phone.own(form_.kind)] };
  const draftKey = kept ? `kept ${kept.key}` : `${form.name} ${form.on} ${tie}`;
  const main = kept?.acts.find((one) => one.act === form.kind);
  const before = kept?.acts.find((one) => one !== main && !one.done);
  let draft = await phone.store.get("drafts", draftKey);
  if (draft && !(await asked(say("draft_there"), h("p", {}, say("draft_from", { day: day(new Date(draft.at).toISOString()) })), [[say("go_on"), true], [say("begin_anew"), false, "outline"]]))) {
    await phone.store.change("drafts", [[draftKey, undefined]]);
    draft = null;
  }
  const ids = draft?.ids ?? { own: main?.content[idColumn(form.kind)] ?? newId(), receiver: main?.content.receiver_placement_id ?? newId(), woman: before?.content.beneficiary_id ?? newId() };
  const typed = draft?.typed ?? (main ? typedOf(form, main.content, phone) : { ...(form.fills?.(tie) ?? {}) });
  if (before && !draft) typed.beneficiary_id = { text: before.content.name ?? "", chosen: "", isNew: true };
  const fields = new Map([...form.asks, ...form.more].map((field) => [field.name, fieldOf(field, typed[field.name], phone)]));
  const blamed = main?.field && fields.get(main.field);
  if (blamed) sayFault(blamed.node, main.sentence);

  let soon, isTyped = false; // what nobody typed into, or was kept, is no draft
  const keepDraft = async () => {
    clearTimeout(soon);
    if (!isTyped) return;
    const raw = Object.fromEntries([...fields].map(([name, field]) => [name, field.raw()]));
    await phone.store.change("drafts", [[draftKey, { at: Date.now(), ids, typed: raw }]]).catch(() => null);
  };
  const line = h("p", { class: "sum", hidden: true });
  const changed = () => {
    clearTimeout(soon);
    isTyped = true;
    soon = setTimeout(keepDraft, SOON);
    parts(fields, line);
  };

  const node = h("form", { class: "asking", novalidate: true, oninput: changed, onchange: changed, onsubmit: async (event) => {
    event.preventDefault();
    const acts = read();
    if (!acts) return;
    isTyped = false;
    try {
      await done(acts);
    } catch (error) {
      isTyped = true;
      if (error.name !== "QuotaExceededError") throw error;
      node.dispatchEvent(new CustomEvent("full", { bubbles: true, detail: acts }));
      return;
    }
    clearTimeout(soon);
    await phone.store.change("drafts", [[draftKey, undefined]]);
  } }, form.asks.map((field) => fields.get(field.name).node), line, form.more.length ? h("details", {}, h("summary", {}, say("more_fields")), form.more.map((field) => fields.get(field.name).node)) : null, h("button", { type: "submit" }, kept ? say("keep_change") : say("keep")));
  node.keepDraft = keepDraft;

  /** The acts that the form says; null where something is missing, which is said beside it. */
  function read() {
    const content = { [idColumn(form.kind)]: ids.own, ...(form.tie ? { [form.tie]: tie } : {}), ...form.says };
    const typed = {};
    let isSound = true, woman = null;
    for (const field of [...form.asks, ...form.more]) {
      const { value, fault, isNew, typed: likely } = fields.get(field.name).read();
      if (likely) typed[field.name] = likely;
      const wrong = fault ?? (value === "" && field.needed && !isNew ? say("needed") : "") ?? "";
      sayFault(fields.get(field.name).node, wrong);
      if (wrong && isSound) fields.get(field.name).node.scrollIntoView({ block: "center" });
      isSound &&= !wrong;
      if (isNew) woman = { act: "beneficiary", content: { beneficiary_id: ids.woman, name: isNew, sex: "F", place_id: phone.device.place } };
      if (isNew) content[field.name] = ids.woman;
      else if (value !== "" && value !== undefined) content[field.name] = value;
    }
    if (!isSound) return null;
    if (form.kind === "pass") content.receiver_placement_id = ids.receiver;
    if (form.kind === "beneficiary") content.place_id ??= phone.device.place;
    return [...(woman ? [woman] : []), { act: form.kind, content, typed }];
  }

  parts(fields, line);
  return node;
}

/** Females and males beside the animals, said while they are typed. */
function parts(fields, line) {
  const value = (name) => fields.get(name)?.read().value;
  const [animals, females, males] = ["animals", "females", "males"].map(value);
  const said = typeof animals === "number" && typeof females === "number" && typeof males === "number";
  line.hidden = !said;
  if (!said) return;
  const agrees = Math.abs(females + males - animals) < 0.0005;
  line.textContent = say(agrees ? "parts_agree" : "parts_differ", { females: number(females), males: number(males), animals: number(animals) });
  line.classList.toggle("agrees", agrees);
}
