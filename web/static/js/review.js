// The review page: the item on the desk, and the next one fetched while it is worked on.

import { Aside } from "./aside.js";
import { Desk } from "./desk.js";
import { handleKey } from "./keyboard.js";
import { Lease } from "./lease.js";
import { Returning } from "./returning.js";
import { get, post, postForm, useToken } from "./server.js";

const PREFETCH_AFTER_MS = 600;

let desk;
let lease;
let following = null;
let fetching = null;
// The item finished last can be taken back until the next step took it.
let last = null;

function open(root) {
  desk = new Desk(root, {
    onFinished: goOn,
    onLeave: leave,
    onReopen: reopen,
    onAside: () => aside.open(),
    onReturn: () => returning?.open(),
  });
  desk.find("do=reopen").hidden = !last;
  lease = new Lease(desk.task, { onLost: (error) => desk.trouble(error) });
  setTimeout(prefetch, PREFETCH_AFTER_MS);
}

// The item after this one is claimed early, so that nobody waits for it; asked again
// while it is on its way, it is claimed once.
async function prefetch() {
  if (following) return;
  fetching ??= claimFollowing().finally(() => (fetching = null));
  await fetching;
}

async function claimFollowing() {
  const html = await post(`/review/next${location.search}`).catch(() => null);
  if (!html) return;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const task = JSON.parse(holder.content.querySelector("[data-task]").textContent);
  for (const page of task.pages.slice(0, 1)) new Image().src = page.url;
  const held = new Lease(task, { onLost: () => (following = null) });
  following = { html, task, lease: held };
}

async function goOn({ finished = true } = {}) {
  lease.stop();
  desk.close();
  last = finished ? desk.task : null;
  const next = await takeFollowing(desk.task.filing_id);
  if (!next) {
    location.assign("/queue?notice=all_done");
    return;
  }
  const root = desk.root.cloneNode(false);
  root.innerHTML = next.html;
  desk.root.replaceWith(root);
  history.replaceState(null, "", `/review/${next.task.entry_id}${location.search}`);
  open(root);
}

async function takeFollowing(filing) {
  if (!following) await prefetch();
  const next = following;
  following = null;
  next?.lease.stop();
  if (next?.task.filing_id !== filing) return next;
  // The two share the head of the form: what was just settled must be seen here.
  const html = await get(`/review/${next.task.entry_id}/task`).catch(() => null);
  return html ? { ...next, html } : takeFollowing(null);
}

async function giveBackFollowing() {
  await fetching;
  await following?.lease.giveBack();
}

async function leave() {
  desk.keep();
  await desk.saving.settled();
  await Promise.all([lease.giveBack(), giveBackFollowing()]);
  location.assign("/queue");
}

async function writeLetter(letter) {
  lease.stop();
  await giveBackFollowing();
  location.assign(`/returns/${letter}?notice=returned`);
}

async function reopen() {
  if (!last) return;
  const { filing_id: filing, entry_id: entry } = last;
  try {
    await postForm(`/filings/${filing}/entries/${entry}/pull-back`, {});
  } catch (error) {
    desk.trouble(error);
    return;
  }
  desk.keep();
  await desk.saving.settled();
  await Promise.all([lease.giveBack(), giveBackFollowing()]);
  location.assign(`/review/${entry}`);
}

document.addEventListener("keydown", (event) => handleKey(desk, event));
window.addEventListener("beforeunload", (event) => {
  if (desk.saving.unsaved) event.preventDefault();
});
// A page brought back by the back button has given its item away.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
window.addEventListener("pagehide", () => {
  lease.release();
  following?.lease.release();
});

const aside = new Aside(document.getElementById("aside"), {
  deskOf: () => desk,
  onDone: () => goOn({ finished: false }),
});
const returnDialog = document.getElementById("return");
// Only for those who may return.
const returning = returnDialog && new Returning(returnDialog, {
  deskOf: () => desk,
  onDone: writeLetter,
});
const root = document.querySelector("main.task");
useToken(root.dataset.csrf);
open(root);
