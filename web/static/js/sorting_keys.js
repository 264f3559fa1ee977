// Every act of the scanning desk by key.

const PLAIN = {
  ArrowRight: (desk, shift) => desk.step(1, shift),
  ArrowLeft: (desk, shift) => desk.step(-1, shift),
  ArrowDown: (desk, shift) => desk.stepRow(1, shift),
  ArrowUp: (desk, shift) => desk.stepRow(-1, shift),
  Home: (desk, shift) => desk.place(0, { extend: shift }),
  End: (desk, shift) => desk.place(desk.items.length - 1, { extend: shift }),
  Space: (desk) => desk.pick(),
  Escape: (desk) => desk.drop(),
  KeyF: (desk, shift) => (shift ? desk.dialogs.askForm() : desk.act("form")),
  KeyA: (desk) => desk.act("attachment"),
  KeyB: (desk) => desk.act("blank"),
  KeyU: (desk) => desk.act("unknown"),
  KeyK: (desk) => desk.dialogs.askKind(),
  KeyR: (desk, shift) => desk.act("turn", { degrees: shift ? -90 : 90 }),
  KeyM: (desk) => desk.takeUp(),
  KeyV: (desk) => desk.layDown(),
  KeyS: (desk) => desk.dialogs.askNumbers("split"),
  KeyD: (desk) => desk.dialogs.askDeclared(),
  KeyJ: (desk) => desk.joinBefore(),
  KeyP: (desk) => desk.replace(),
  KeyX: (desk) => desk.act("set_aside"),
  KeyL: (desk) => desk.dialogs.askText("attach"),
  KeyE: (desk) => desk.dialogs.askText("explain"),
  KeyZ: (desk) => desk.act("undo"),
  KeyN: (desk, shift) => desk.walk(shift ? "before" : "after"),
};

export function handleSortingKey(desk, event) {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, select, textarea, button, a")) return;
  if (event.key === "?" || event.key === "F1") return act(event, () => desk.dialogs.help());
  if (event.ctrlKey && event.code === "KeyA") return act(event, () => desk.pickAll());
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const deed = PLAIN[event.code];
  if (deed) act(event, () => deed(desk, event.shiftKey));
}

function act(event, deed) {
  event.preventDefault();
  deed();
}
