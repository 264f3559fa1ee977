// What is being typed means, said while it is typed; the server decides when it is saved.

import { say } from "./texts.js";
import { csvLine } from "./variants.js";

// Era as a code, a letter or its name; then two digits each, or parts with signs between.
const COMPACT = /^([1-9]|[a-z]|\p{Script=Han}{1,2})[\s-]?(\d{2})(\d{2})(\d{2})$/iu;
const SPOKEN = /^([a-z]|\p{Script=Han}{2})\s?(\d{1,2}|\p{Script=Han})\D(\d{1,2})\D(\d{1,2})\D?$/iu;
const WESTERN = /^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})$/;
const NOTHING = { text: "", wrong: false };

export function meaningOf(field, typed, eras) {
  const text = typed.normalize("NFKC").trim();
  if (!text) return NOTHING;
  if (field.type === "date") return dateMeaning(text, eras);
  if (field.choices.length) return choiceMeaning(field, text);
  if (field.type === "amount") return amountMeaning(text);
  if (field.cells && field.type === "digits") return lengthMeaning(field, text);
  // Not of the narrowed text: that would change kanji.
  if (field.keys === "text") return { text: csvLine(typed), wrong: false };
  return NOTHING;
}

function choiceMeaning(field, text) {
  const choice = field.choices.find((one) => one.code === text);
  if (choice) return { text: choice.label, wrong: false };
  return { text: say("no_such_choice"), wrong: true };
}

function amountMeaning(text) {
  const digits = text.replace(/[\p{P}\p{S}\s]|\p{Script=Han}/gu, "");
  if (!/^\d+$/.test(digits)) return { text: say("not_an_amount"), wrong: true };
  const amount = Number(digits).toLocaleString("ja-JP");
  return { text: say("yen", { amount }), wrong: false };
}

function lengthMeaning(field, text) {
  const typed = text.replace(/[\s-]/g, "").length;
  const cells = field.cells;
  return { text: say("digits_of", { typed, cells }), wrong: typed > cells };
}

function dateMeaning(text, eras) {
  const written = COMPACT.exec(text) ?? SPOKEN.exec(text);
  if (written && findEra(written[1], eras)) return eraMeaning(written, eras);
  const western = WESTERN.exec(text);
  if (western) return westernMeaning(western.slice(1).map(Number));
  return { text: say("date_forms"), wrong: text.length > 7 };
}

function eraMeaning([, name, years, months, days], eras) {
  const era = findEra(name, eras);
  // The first year of an era is written with a word of its own.
  const year = /\d/.test(years) ? Number(years) : 1;
  const [month, day] = [Number(months), Number(days)];
  if (year === 0 || !isDay(era.base + year, month, day)) {
    return { text: say("no_such_day"), wrong: true };
  }
  const iso = isoDay(era.base + year, month, day);
  return { text: say("era_day", { era: era.label, year, month, day, iso }), wrong: false };
}

function findEra(name, eras) {
  const upper = name.toUpperCase();
  return eras.find(
    (era) => era.code === name || era.letter === upper || era.kanji.startsWith(name),
  );
}

function westernMeaning([year, month, day]) {
  if (!isDay(year, month, day)) return { text: say("no_such_day"), wrong: true };
  return { text: isoDay(year, month, day), wrong: false };
}

function isDay(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isoDay(year, month, day) {
  return [year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
}
