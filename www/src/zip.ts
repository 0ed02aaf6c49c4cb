// What a ZIP holds, without unpacking it: the names in it, and the text of one of its files. The engine unpacks it by itself.

interface Member {
  name: string;
  /** Where its own head begins. */
  at: number;
  size: number;
  packed: boolean;
}

/** The files in an archive, by the list at its end; none where there is no such list. */
export function members(bytes: Uint8Array): Member[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) return [];
  const all: Member[] = [];
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= end && view.getUint32(at, true) === 0x02014b50) {
    const [name, extra, comment] = [28, 30, 32].map((n) => view.getUint16(at + n, true)) as [
      number,
      number,
      number,
    ];
    all.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)).replaceAll("\\", "/"),
      at: view.getUint32(at + 42, true),
      size: view.getUint32(at + 20, true),
      packed: view.getUint16(at + 10, true) !== 0,
    });
    at += 46 + name + extra + comment;
  }
  return all.filter((one) => !one.name.endsWith("/"));
}

export async function textOf(bytes: Uint8Array, { at, size, packed }: Member): Promise<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const body = new Blob([bytes.slice(from, from + size)]);
  const stream = packed ? body.stream().pipeThrough(new DecompressionStream("deflate-raw")) : body.stream();
  return new Response(stream).text();
}
