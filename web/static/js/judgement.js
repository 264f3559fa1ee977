// The points of an application: choosing the page a point rests on ticks it at once.

import { post } from "./server.js";

document.addEventListener("change", async (event) => {
  const select = event.target.closest("[data-judge]");
  if (!select) return;
  const task = JSON.parse(document.querySelector("[data-task]").textContent);
  const before = select.dataset.saved ?? "";
  const row = select.closest("[data-judged]");
  select.disabled = true;
  try {
    await post(`/review/${task.entry_id}/judgements`, {
      fence: task.fence,
      point: select.dataset.judge,
      page: select.value ? Number(select.value) : null,
    });
    select.dataset.saved = select.value;
    row.dataset.judged = select.value ? "yes" : "no";
  } catch (error) {
    select.value = before;
    const trouble = document.querySelector("[data-trouble]");
    trouble.querySelector("[data-trouble-text]").textContent = error.message;
    trouble.hidden = false;
  } finally {
    select.disabled = false;
    select.focus();
  }
});
