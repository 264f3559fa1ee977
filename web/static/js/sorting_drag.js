// Pages are also moved by hand: dragged before another one.

export function followDrags(desk) {
  const item = (event) => event.target.closest("[data-page]");
  desk.part.addEventListener("dragstart", (event) => {
    const dragged = item(event);
    if (!dragged) return;
    if (!desk.picked.has(desk.idOf(dragged))) desk.drop();
    desk.place(desk.items.indexOf(dragged));
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.page);
  });
  desk.part.addEventListener("dragover", (event) => {
    const over = item(event);
    if (!over) return;
    event.preventDefault();
    clear(desk);
    over.classList.add("over");
  });
  desk.part.addEventListener("dragend", () => clear(desk));
  desk.part.addEventListener("drop", (event) => {
    const over = item(event);
    if (!over) return;
    event.preventDefault();
    clear(desk);
    const pages = desk.targets();
    const before = desk.idOf(over);
    if (!pages.includes(before)) desk.act("move", { pages, before });
  });
}

function clear(desk) {
  for (const item of desk.items) item.classList.remove("over");
}
