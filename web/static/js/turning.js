// Where things lie on a page that is shown turned; turns are clockwise degrees.

export function turnedSize(width, height, turn) {
  return turn % 180 === 0 ? [width, height] : [height, width];
}

export function turnedBox([x, y, w, h], width, height, turn) {
  if (turn === 90) return [height - y - h, x, h, w];
  if (turn === 180) return [width - x - w, height - y - h, w, h];
  if (turn === 270) return [y, width - x - w, h, w];
  return [x, y, w, h];
}

// The matrix that lays the stored picture down as it is shown.
export function turningMatrix(width, height, turn) {
  if (turn === 90) return [0, 1, -1, 0, height, 0];
  if (turn === 180) return [-1, 0, 0, -1, width, height];
  if (turn === 270) return [0, -1, 1, 0, 0, width];
  return [1, 0, 0, 1, 0, 0];
}
