// What the page says, in the reader's language: sentences, numbers and days. The sentences come with the page.

import { Sambat } from "./sambat.js";

const shell = JSON.parse(document.getElementById("shell").content.textContent);
export const LANGUAGE = document.documentElement.lang;
export const FORMS = shell.forms;
/** Bikram Sambat, where the language counts days by it; else null. */
export const sambat = shell.sambat ? new Sambat(shell.sambat) : null;
const plurals = new Intl.PluralRules(LANGUAGE);
const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

/** A sentence, with values; where it has two forms, `num` chooses. */
export function say(name, values = {}) {
  const text = shell.words[name];
  if (typeof text === "string") return filled(text, values);
  return filled(text[plurals.select(values.num) === "one" ? 0 : 1], { ...values, num: number(values.num) });
}

/** A word of the record, such as a state, a kind of help or a choice of a column. */
export const word = (kind, text) => shell.labels[kind]?.[text] ?? text;

/** So many of a kind of help, such as "2 goats". */
export function units(many, help) {
  const forms = shell.units[help];
  return forms ? filled(forms[plurals.select(Math.ceil(many)) === "one" ? 0 : 1], { count: number(many) }) : `${number(many)} ${word("help", help)}`;
}

/** From when on she can pass on, and what that rests on. */
export const ready = (row) => say("ready", { day: day(row.ready_on), why: filled(word("basis", row.rests_on), { day: day(row.since_on) }) });

const MOST = 1_000_000_000; // what a column of the record holds
const numbers = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 3 });
export const number = (value) => numbers.format(value);

const parts = (iso) => /^(\d{4})-(\d\d)-(\d\d)/.exec(iso ?? "");

/** A day by the calendar of the language, such as "24 Nov 2026"; a year that is not published yet may still move. */
export function day(iso) {
  const found = parts(iso), there = found && sambat?.of(found[0]);
  if (!there) return gregorian(iso);
  return `${there.year > sambat.published ? "≈ " : ""}${there.day} ${sambat.months[there.month - 1]} ${there.year}`;
}

/** The same with the Gregorian day beside it, where the calendar is another. */
export const bothDays = (iso) => (sambat && parts(iso) ? `${day(iso)} (${gregorian(iso)})` : day(iso));

/** A Gregorian day; browsers do not know the months of every language. */
export function gregorian(iso) {
  const found = parts(iso);
  return found ? `${Number(found[3])} ${shell.months[found[2] - 1]} ${found[1]}` : (iso ?? "");
}

export const dayAndMonth = (iso) => day(iso).replace(/ \d{4}$/, "");

export const time = (at) => new Date(at).toTimeString().slice(0, 5);

/** What was typed as a number of the record: its `value`, "" where nothing was typed, or what is at `fault`. */
export function amountOf(text) {
  const typed = digits(text), value = Number(typed);
  if (!typed) return { value: "" };
  if (!(value >= 0)) return { fault: say("no_number") };
  return value > MOST ? { fault: say("too_much") } : { value };
}

/** A number as it was typed, in Devanagari digits too, as digits that every program reads. */
export const digits = (text) => text.replace(/[०-९]/g, (digit) => "०१२३४५६७८९".indexOf(digit)).replace(",", ".").trim();
