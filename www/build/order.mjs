// Puts the functions of a wasm file in an order in which they pack better: `node build/order.mjs FILE`.
//
// A generic function is compiled anew for each type it is used with. Those twins differ in a few bytes and lie far from
// each other, and gzip looks back no further than 32 kB: side by side, most of a twin is a repetition. Nothing else is
// changed: every function is there as it was compiled, and whoever calls it calls it by its new number.
import { readFileSync, writeFileSync } from "node:fs";

const SECTION = { custom: 0, import: 2, function: 3, export: 7, start: 8, element: 9, code: 10 };

/** An unsigned number as wasm writes it, and where it ends. */
function number(bytes, at) {
  let [value, scale, next] = [0, 1, at];
  for (;;) {
    const byte = bytes[next++];
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return [value, next];
  }
}

function written(value) {
  const bytes = [];
  for (let rest = value; ; ) {
    const byte = rest % 128;
    rest = (rest - byte) / 128;
    bytes.push(rest ? byte | 128 : byte);
    if (!rest) return Buffer.from(bytes);
  }
}

const after = (bytes, at) => number(bytes, at)[1];
const named = (bytes, at) => {
  const [length, next] = number(bytes, at);
  return next + length;
};

function* sections(bytes) {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const [length, start] = number(bytes, at + 1);
    at = start + length;
    yield { id, body: bytes.subarray(start, at) };
  }
}

/** How many functions come from outside: they are counted first and keep their numbers. */
function imported(body) {
  let [count, at] = number(body, 0);
  let functions = 0;
  const limits = (from) => {
    const end = after(body, from + 1);
    return body[from] & 1 ? after(body, end) : end;
  };
  for (; count > 0; count--) {
    at = named(body, named(body, at));
    const kind = body[at++];
    if (kind === 0) {
      functions++;
      at = after(body, at);
    } else if (kind === 1) at = limits(at + 1);
    else if (kind === 2) at = limits(at);
    else if (kind === 3) at += 2;
    else throw new Error(`an import of the unknown kind ${kind}`);
  }
  return functions;
}

/** How many numbers follow an operation of those behind the byte 0xfc. */
const BULK = { 8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1 };

/** Tells where the numbers of functions stand in instructions, and gives back where these end. */
function instructions(bytes, start, end, tell) {
  let at = start;
  while (at < end) {
    const operation = bytes[at++];
    if (operation === 0x10 || operation === 0x12 || operation === 0xd2) {
      tell(at);
      at = after(bytes, at);
    } else if (operation >= 0x02 && operation <= 0x04) at = after(bytes, at);
    else if (operation === 0x0c || operation === 0x0d) at = after(bytes, at);
    else if (operation === 0x0e) {
      let count;
      [count, at] = number(bytes, at);
      for (; count >= 0; count--) at = after(bytes, at);
    } else if (operation === 0x11 || operation === 0x13) at = after(bytes, after(bytes, at));
    else if (operation === 0x1c) {
      let count;
      [count, at] = number(bytes, at);
      at += count;
    } else if (operation >= 0x20 && operation <= 0x26) at = after(bytes, at);
    else if (operation >= 0x28 && operation <= 0x3e) at = after(bytes, after(bytes, at));
    else if (operation >= 0x3f && operation <= 0x42) at = after(bytes, at);
    else if (operation === 0x43) at += 4;
    else if (operation === 0x44) at += 8;
    else if (operation === 0xd0) at = after(bytes, at);
    else if (operation === 0xfc) {
      let which;
      [which, at] = number(bytes, at);
      if (which > 17) throw new Error(`an unknown instruction 0xfc ${which}`);
      for (let rest = BULK[which] ?? 0; rest > 0; rest--) at = after(bytes, at);
    } else if (operation > 0xd1 || (operation > 0xc4 && operation < 0xd0))
      throw new Error(`an unknown instruction 0x${operation.toString(16)}`);
  }
}

/** Every function: its bytes, and where numbers of functions stand in them. */
function functions(body) {
  let [count, at] = number(body, 0);
  const found = [];
  for (; count > 0; count--) {
    const [length, start] = number(body, at);
    at = start + length;
    const bytes = body.subarray(start, at);
    let [groups, code] = number(bytes, 0);
    for (; groups > 0; groups--) code = after(bytes, code) + 1;
    const calls = [];
    instructions(bytes, code, bytes.length, (place) => calls.push(place));
    found.push({ bytes, calls });
  }
  return found;
}

/** Bytes in a row that are looked at as one, and how many of their least digests stand for a function. */
const [RUN, DIGESTS] = [6, 128];

/** What stands for a function: those that share many runs of bytes share many of these. */
function sketch(bytes) {
  const least = new Uint32Array(DIGESTS).fill(0xffffffff);
  for (let at = 0; at + RUN <= bytes.length; at++) {
    let run = 0;
    for (let next = 0; next < RUN; next++) run = (Math.imul(run ^ bytes[at + next], 0x01000193) + 0x9e37) | 0;
    run ^= run >>> 15;
    for (let which = 0; which < DIGESTS; which++) {
      const seed = Math.imul(which + 1, 0x9e3779b1) | 1;
      let digest = Math.imul(run ^ seed, seed);
      digest = Math.imul(digest ^ (digest >>> 13), 0x5bd1e995);
      digest = (digest ^ (digest >>> 16)) >>> 0;
      if (digest < least[which]) least[which] = digest;
    }
  }
  return least;
}

/** The functions from the smallest on, each followed by the one that is most like it of those that are left. */
function chained(all) {
  const sketches = all.map(({ bytes }) => sketch(bytes));
  const sharing = Array.from({ length: DIGESTS }, () => new Map());
  sketches.forEach((digests, which) => {
    digests.forEach((digest, place) => {
      const list = sharing[place].get(digest);
      if (list) list.push(which);
      else sharing[place].set(digest, [which]);
    });
  });
  const size = (which) => all[which].bytes.length;
  const left = new Set(all.map((_, which) => which).sort((a, b) => size(a) - size(b) || a - b));
  const order = [];
  while (left.size > 0) {
    const last = order.at(-1);
    const shared = new Map();
    for (let place = 0; place < DIGESTS && last !== undefined; place++) {
      const digest = sketches[last][place];
      const still = sharing[place].get(digest).filter((which) => left.has(which));
      sharing[place].set(digest, still);
      for (const which of still) shared.set(which, (shared.get(which) ?? 0) + 1);
    }
    let next;
    for (const [which, count] of shared) {
      const more = next === undefined ? 1 : count - shared.get(next);
      const off = (one) => Math.abs(size(one) - size(last));
      if (more > 0 || (more === 0 && (off(which) - off(next) || which - next) < 0)) next = which;
    }
    next ??= left.values().next().value;
    left.delete(next);
    order.push(next);
  }
  return order;
}

/** A piece of a file with other numbers at some places. */
function renumbered(bytes, places, number_of) {
  const pieces = [];
  let done = 0;
  for (const place of places) {
    const [old, end] = number(bytes, place);
    pieces.push(bytes.subarray(done, place), written(number_of(old)));
    done = end;
  }
  pieces.push(bytes.subarray(done));
  return Buffer.concat(pieces);
}

/** Where an export section has numbers of functions. */
function exported(body) {
  const places = [];
  let [count, at] = number(body, 0);
  for (; count > 0; count--) {
    at = named(body, at);
    if (body[at++] === 0) places.push(at);
    at = after(body, at);
  }
  return places;
}

/** Where lists of functions for calls by pointer have their numbers. */
function listed(body) {
  const places = [];
  let [count, at] = number(body, 0);
  for (; count > 0; count--) {
    const form = body[at++];
    if (form > 3) throw new Error(`a list of functions in the unknown form ${form}`);
    if (form === 2) at = after(body, at);
    if (form === 0 || form === 2) {
      if (body[at] !== 0x41) throw new Error("a list of functions begins at an unknown place");
      at = after(body, at + 1) + 1;
    }
    if (form !== 0) at++;
    let length;
    [length, at] = number(body, at);
    for (; length > 0; length--) {
      places.push(at);
      at = after(body, at);
    }
  }
  return places;
}

function ordered(file) {
  const found = [...sections(file)];
  const section = (id) => found.find((one) => one.id === id)?.body;
  const all = functions(section(SECTION.code));
  const outside = imported(section(SECTION.import));
  const order = chained(all);
  const numbers = new Uint32Array(all.length);
  order.forEach((which, place) => {
    numbers[which] = outside + place;
  });
  const number_of = (old) => (old < outside ? old : numbers[old - outside]);
  const pieces = [file.subarray(0, 8)];
  for (const { id, body } of found) {
    let now = body;
    if (id === SECTION.custom && body.toString("latin1", after(body, 0), named(body, 0)) === "name") continue;
    if (id === SECTION.function) {
      let [count, at] = number(body, 0);
      const types = [];
      for (; count > 0; count--) {
        const end = after(body, at);
        types.push(body.subarray(at, end));
        at = end;
      }
      now = Buffer.concat([written(all.length), ...order.map((which) => types[which])]);
    } else if (id === SECTION.export) now = renumbered(body, exported(body), number_of);
    else if (id === SECTION.start) now = renumbered(body, [0], number_of);
    else if (id === SECTION.element) now = renumbered(body, listed(body), number_of);
    else if (id === SECTION.code) {
      const bodies = order.map((which) => renumbered(all[which].bytes, all[which].calls, number_of));
      now = Buffer.concat([written(all.length), ...bodies.flatMap((one) => [written(one.length), one])]);
    }
    pieces.push(Buffer.from([id]), written(now.length), now);
  }
  return Buffer.concat(pieces);
}

const [path] = process.argv.slice(2);
const file = ordered(readFileSync(path));
if (!WebAssembly.validate(file))
  throw new Error(`${path} is no valid module once its functions are in order`);
writeFileSync(path, file);
