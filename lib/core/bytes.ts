/** @file Numbers of bytes for people. */

const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** `2420000` as `2.31 MB`, in steps of 1024, as Keras's summary writes it. */
export function readableBytes(value: number): string {
  let scaled = value;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${scaled.toFixed(2)} ${units[unit]}`;
}
