// SPDX-License-Identifier: MIT
// What a terminal (xterm.js) showed, and when.
//
// A line of JSON in:   {rows, cols, chunks: path of lines "MS HEX", pieces}
// A line of JSON out:  [{t, cursor: [row, col], rows: {row: [cells]}}, …]: after each chunk, the rows that it changed;
// with PIECES also within a chunk, behind each line and before each control character: there another may end.
// A cell is its text, "" for the second half of a wide character, " " for one that is empty.
import fs from 'node:fs';
import readline from 'node:readline';
import { Terminal } from '../screen/judge_xterm.mjs';

function cells(t, y) {
	const b = t.buffer.active, line = b.getLine(b.baseY + y), cell = b.getNullCell(), out = [];

	for (let x = 0; x < t.cols; x++) {
		line.getCell(x, cell);
		out.push(cell.getWidth() === 0 && x ? '' : cell.getChars() || ' ');
	}
	return out;
}

function* pieces(bytes, cut) {
	let from = 0;

	for (let i = 1; cut && i < bytes.length; i++) {
		if (bytes[i] < 0x20 || bytes[i - 1] === 0x0a) {
			yield bytes.subarray(from, i);
			from = i;
		}
	}
	yield bytes.subarray(from);
}

function changes(t, shown, rows) {
	const b = t.buffer.active, out = { cursor: [b.cursorY, b.cursorX], rows: {} };

	for (let y = 0; y < rows; y++) {
		const text = b.getLine(b.baseY + y).translateToString(false);
		if (shown[y] !== text) {
			shown[y] = text;
			out.rows[y] = cells(t, y);
		}
	}
	return out;
}

async function watch(job) {
	const judge = Terminal.make(job.rows, job.cols, false), t = judge.t, shown = [], frames = [];

	for (const line of fs.readFileSync(job.chunks, 'latin1').split('\n')) {
		const [ms, hex] = line.split(' ');
		if (!hex)
			continue;
		for (const piece of pieces(Buffer.from(hex, 'hex'), job.pieces)) {
			await judge.feed(piece);
			frames.push({ t: Number(ms), ...changes(t, shown, job.rows) });
		}
	}
	judge.dispose();
	return frames;
}

for await (const line of readline.createInterface({ input: process.stdin }))
	process.stdout.write(JSON.stringify(await watch(JSON.parse(line))) + '\n');
