// The page's sentences come from the server, in the language of the person.

const element = document.getElementById("texts");
const texts = element ? JSON.parse(element.textContent) : {};

export function say(name, values = {}) {
  return (texts[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}
