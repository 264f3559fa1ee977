// Furigana without an input method: romaji become full-width katakana as they are typed.

import { aids } from "./aids.js";

const VOWEL_OR_Y = /[aiueoy]/;
const KANA_AT_END = /[\u3041-\u30fc]$/;
const LONGEST = 4;

// With `whole`, nothing follows any more: an n left at the end is a nasal too.
export function toKana(text, { whole = false } = {}) {
  let kana = "";
  let rest = text;
  while (rest) {
    // In an address a dash parts numbers; only after a kana it makes it long.
    const isDash = rest.startsWith("-") && !KANA_AT_END.test(kana);
    const [read, length] = isDash ? ["-", 1] : first(rest, whole);
    kana += read;
    rest = rest.slice(length);
  }
  return kana;
}

// The first sound of the text, and how many letters it took.
function first(text, whole) {
  const letters = text.slice(0, LONGEST).toLowerCase();
  return syllable(letters) ?? nasal(letters, whole) ?? doubled(letters) ?? sign(text);
}

function syllable(letters) {
  for (let length = letters.length; length > 0; length -= 1) {
    const read = aids.syllables[letters.slice(0, length)];
    if (read) return [read, length];
  }
  return null;
}

// n before a consonant, nn, n' and Hepburn's m before b and p are the same nasal.
function nasal(letters, whole) {
  const [one, next] = letters;
  if (one === "m" && /[bp]/.test(next ?? "")) return [aids.nasal, 1];
  if (one !== "n") return null;
  if (next === undefined) return whole ? [aids.nasal, 1] : null;
  if (next === "'") return [aids.nasal, 2];
  if (next === "n") return doubleN(letters, whole);
  return VOWEL_OR_Y.test(next) ? null : [aids.nasal, 1];
}

// In konna the second n begins a syllable; kenn is how input methods end a nasal.
function doubleN(letters, whole) {
  const third = letters[2];
  if (third === undefined) return whole ? [aids.nasal, 2] : null;
  return VOWEL_OR_Y.test(third) ? [aids.nasal, 1] : [aids.nasal, 2];
}

function doubled(letters) {
  const [one, next] = letters;
  if (/[bcdfghjklmpqrstvwxyz]/.test(one) && one === next) return [aids.doubled, 1];
  return letters.startsWith("tch") ? [aids.doubled, 1] : null;
}

function sign(text) {
  const [one] = text;
  return [aids.signs[one] ?? one, one.length];
}

// Rewrites what stands before the caret, so that correcting in the middle works too.
export function typeKana(input, { whole = false } = {}) {
  const caret = whole ? input.value.length : input.selectionStart;
  const before = input.value.slice(0, caret);
  const kana = toKana(before, { whole });
  if (kana === before) return;
  input.value = kana + input.value.slice(caret);
  input.setSelectionRange(kana.length, kana.length);
}
