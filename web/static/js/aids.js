// What the server knows about typing Japanese: syllables by letters, forms of kanji.

const element = document.getElementById("keyboard");

export const aids = element ? JSON.parse(element.textContent) : {};
