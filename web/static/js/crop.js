// The field alone, large, cut from the page picture.

import { turnedBox, turningMatrix } from "./turning.js";

export function drawCrop(canvas, image, page, box, turn) {
  const density = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * density);
  const height = Math.round(canvas.clientHeight * density);
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!page || !box || !image.complete || !image.naturalWidth) return;
  const [x, y, w, h] = turnedBox(box, page.width, page.height, turn);
  const margin = Math.max(6, 0.28 * Math.min(w, h));
  const limit = (3 * density * 200) / (page.dpi || 200);
  const fit = Math.min(width / (w + 2 * margin), height / (h + 2 * margin), limit);
  pen.imageSmoothingQuality = "high";
  pen.setTransform(fit, 0, 0, fit, width / 2 - (x + w / 2) * fit, height / 2 - (y + h / 2) * fit);
  pen.transform(...turningMatrix(page.width, page.height, turn));
  pen.drawImage(image, 0, 0, page.width, page.height);
}
