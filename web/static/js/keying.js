// One field at a time, keyed without seeing what anybody else or the machine read.

import { meaningOf } from "./meaning.js";
import { typeKana } from "./romaji.js";
import { post, postWhileLeaving, Problem, useToken } from "./server.js";
import { say } from "./texts.js";

const root = document.querySelector("main.keying");
const find = (name) => root.querySelector(`[data-${name}]`);
const bench = find("bench");
const input = find("value");
const eras = JSON.parse(document.getElementById("eras").textContent);
const ALT = { KeyU: "unreadable", KeyB: "blank", KeyS: "struck" };

let task = null;
let state = "read";
let saving = false;
let keyed = 0;
let timer = 0;

async function start() {
  await attempt(async () => show((await post("/keying/next")).task));
}

function show(next) {
  task = next;
  clearInterval(timer);
  bench.hidden = !task;
  find("none").hidden = Boolean(task);
  if (!task) return;
  timer = setInterval(extend, (task.lease_seconds * 1000) / 3);
  find("item").textContent = task.item;
  find("label").textContent = task.label;
  find("kind").textContent = say(task.options.length ? "keying_differ" : "keying_blind");
  find("kind").className = `tag ${task.options.length ? "warn" : "note"}`;
  find("snippet").src = task.picture;
  bench.dataset.keys = task.keys;
  input.inputMode = task.keys;
  input.dataset.field = String(task.field_id);
  find("options").replaceChildren(...task.options.map(optionButton));
  clear();
}

function optionButton(option, index) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "candidate";
  button.dataset.testid = `option-${index + 1}`;
  const key = document.createElement("kbd");
  key.textContent = String(index + 1);
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = option.shown;
  button.append(key, said);
  button.addEventListener("click", () => take(index));
  return button;
}

function take(index) {
  const option = task?.options[index];
  if (!option) return;
  input.value = option.writing;
  setState(option.state === "ditto" ? "read" : option.state);
  input.focus();
}

function clear() {
  input.value = "";
  setState("read");
  input.focus();
}

function setState(to) {
  state = to;
  if (state !== "read") input.value = "";
  input.placeholder = state === "read" ? "" : say(`state_${state}`);
  for (const button of root.querySelectorAll("[data-state]")) {
    button.setAttribute("aria-pressed", String(button.dataset.state === state));
  }
  showMeaning();
}

function showMeaning(refusal) {
  const found = task ? meaningOf(task, input.value, eras) : { text: "", wrong: false };
  find("meaning").textContent = refusal ?? found.text;
  find("meaning").classList.toggle("wrong", Boolean(refusal) || found.wrong);
}

async function save() {
  if (!task || saving) return;
  saving = true;
  if (task.type === "kana") typeKana(input, { whole: true });
  const value = input.value.trim();
  // Nothing typed says that nothing is written.
  const said = state === "read" && !value ? "blank" : state;
  await attempt(async () => {
    const answer = await post(`/keying/${task.field_id}`, { fence: task.fence, value, state: said });
    keyed += 1;
    find("count").textContent = String(keyed);
    show(answer.task);
  });
  saving = false;
}

// What is typed stays on the page until the server has it.
async function attempt(act) {
  find("trouble").hidden = true;
  try {
    await act();
  } catch (error) {
    if (error instanceof Problem && error.code === "value_refused") {
      showMeaning(error.message);
    } else if (error instanceof Problem && task && error.status < 500) {
      trouble(error.message);
      show((await post("/keying/next")).task);
    } else {
      trouble(error instanceof Problem ? error.message : say("keying_offline"));
    }
  }
}

function trouble(text) {
  find("trouble").textContent = text;
  find("trouble").hidden = false;
}

function extend() {
  post(`/keying/${task.field_id}/lease`, { fence: task.fence }).catch(() => null);
}

function handleKey(event) {
  // While the input method composes, its keys are its own.
  if (event.isComposing || event.keyCode === 229 || !task) return;
  if (event.key === "Escape") return act(event, clear);
  if (event.code === "NumpadSubtract") return act(event, () => mark("unreadable"));
  if (!event.altKey || event.ctrlKey) return undefined;
  if (ALT[event.code]) return act(event, () => mark(ALT[event.code]));
  const digit = /^(?:Digit|Numpad)([12])$/.exec(event.code);
  return digit ? act(event, () => take(Number(digit[1]) - 1)) : undefined;
}

function act(event, call) {
  event.preventDefault();
  call();
}

function mark(to) {
  setState(state === to ? "read" : to);
  input.focus();
}

bench.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
input.addEventListener("input", (event) => {
  if (task.type === "kana" && !event.isComposing) typeKana(input);
  if (state !== "read") {
    const typed = input.value;
    setState("read");
    input.value = typed;
  }
  showMeaning();
});
for (const button of root.querySelectorAll("[data-state]")) {
  button.addEventListener("click", () => mark(button.dataset.state));
}
document.addEventListener("keydown", handleKey);
window.addEventListener("pagehide", () => {
  if (task) postWhileLeaving(`/keying/${task.field_id}/release`, { fence: task.fence });
});

useToken(root.dataset.csrf);
start();
