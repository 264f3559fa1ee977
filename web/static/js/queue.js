// The queue by keyboard: arrows walk through its lines, a chosen filter shows at once.

const filters = document.querySelector("[data-filters]");
filters?.addEventListener("change", () => filters.requestSubmit());
// An empty filter says nothing, so the address does not carry it.
filters?.addEventListener("submit", () => {
  for (const input of filters.elements) {
    if (input.name && !input.value) input.disabled = true;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [...document.querySelectorAll("[data-testid='queue-next'], [data-opens]")];
  const now = stops.indexOf(document.activeElement);
  const next = stops[Math.max(0, Math.min(stops.length - 1, now + step))];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});
