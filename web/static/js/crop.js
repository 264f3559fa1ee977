// A part of the page picture, cut out and drawn large.

import { turnedBox, turningMatrix } from "./turning.js";

const MARGIN = 0.28;
const LEAST_MARGIN_PX = 6;
// Not larger than that many times the size on paper.
const LARGEST = 3;

// The field alone, with a little of what stands around it.
export function drawCrop(canvas, image, page, box, turn) {
  draw(canvas, image, page, box, turn, ([, , w, h]) =>
    Math.max(LEAST_MARGIN_PX, MARGIN * Math.min(w, h)),
  );
}

export function drawBox(canvas, image, page, box, turn) {
  draw(canvas, image, page, box, turn, () => 0);
}

function draw(canvas, image, page, box, turn, marginOf) {
  const density = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * density);
  const height = Math.round(canvas.clientHeight * density);
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!page || !box || !image.complete || !image.naturalWidth) return;
  const [x, y, w, h] = turnedBox(box, page.width, page.height, turn);
  const margin = marginOf([x, y, w, h]);
  const limit = (LARGEST * density * 200) / (page.dpi || 200);
  const fit = Math.min(width / (w + 2 * margin), height / (h + 2 * margin), limit);
  pen.imageSmoothingQuality = "high";
  pen.setTransform(fit, 0, 0, fit, width / 2 - (x + w / 2) * fit, height / 2 - (y + h / 2) * fit);
  pen.transform(...turningMatrix(page.width, page.height, turn));
  pen.drawImage(image, 0, 0, page.width, page.height);
}
