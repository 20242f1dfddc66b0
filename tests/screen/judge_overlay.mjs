// SPDX-License-Identifier: MIT
// Two terminals of xterm.js: one gets a program's bytes alone, the other these and over them predictions, which come
// and go.  Where nothing is predicted they must be equal, to what their buffers hold; elsewhere they may differ in
// predicted cells alone.
import fs from 'node:fs';
import readline from 'node:readline';
import { Terminal } from './judge_xterm.mjs';

// What is typed at the end, when all is taken back: text, a mark, a repetition, and the saved cursor.
const PROBES = ['', 'q', '\u0301', '\x1b[3b', '\r\n\x1b8q'].map((text) => Buffer.from(text));

const COMBINED = 0x200000, EXTENDED = 0x10000000; // in the first and in the third word of a cell

// Whether the raw cells at X, three words each, are the same.  What differs in them is looked at again: some of it
// can't be seen, and an extended attribute may be a link, which has another number.
function sameCell(a, b, x) {
	const p = a._data, q = b._data, i = 3 * x;

	if (p[i] !== q[i] || p[i + 1] !== q[i + 1] || p[i + 2] !== q[i + 2])
		return false;
	if (p[i] & COMBINED && a._combined[x] !== b._combined[x])
		return false;
	if (!(p[i + 2] & EXTENDED))
		return true;
	const e = a._extendedAttrs[x], f = b._extendedAttrs[x];
	return e !== undefined && f !== undefined && e.ext === f.ext && e.urlId === 0 && f.urlId === 0;
}

function sameCells(a, b) {
	if (a.isWrapped !== b.isWrapped)
		return false;
	for (let x = 0; x < a.length; x++)
		if (!sameCell(a, b, x))
			return false;
	return true;
}

function lineDiffers(alone, over, y) {
	const b = alone.buffer, a = alone.lines.get(y), c = over.lines.get(y);

	if (sameCells(a, c))
		return '';
	const x = alone.lineText(b, y), z = over.lineText(over.buffer, y);
	if (x !== z)
		return `line ${y - alone.base}\n    alone ${x}\n    over  ${z}`;
	if (a.getTrimmedLength() !== c.getTrimmedLength())
		return `line ${y - alone.base}: its text ends at ${a.getTrimmedLength()}, ${c.getTrimmedLength()}\n    ${x}`;
	return '';
}

function differs(alone, over, fromLine) {
	const a = JSON.stringify(alone.state()), b = JSON.stringify(over.state());

	if (a !== b)
		return `state\n    alone ${a}\n    over  ${b}`;
	if (alone.lines.length !== over.lines.length || alone.base !== over.base)
		return `lines: ${alone.lines.length}, ${over.lines.length}`;
	for (let y = fromLine; y < alone.lines.length; y++) {
		const why = lineDiffers(alone, over, y);
		if (why)
			return why;
	}
	return '';
}

// Cell by cell, but for those that are predicted.  In a terminal that was used before, the rows may be further down.
function differsElsewhere(alone, over, step) {
	const a = alone.state(), b = over.state(), free = new Map(), down = a.cursor[0] - step.row;

	if (step.cursor)
		a.cursor = [step.cursor[0] + down, step.cursor[1]];

	if (JSON.stringify(a) !== JSON.stringify(b))
		return `state while drawn\n    alone ${JSON.stringify(a)}\n    over  ${JSON.stringify(b)}`;
	if (alone.lines.length !== over.lines.length)
		return `lines while drawn: ${alone.lines.length}, ${over.lines.length}`;
	for (const [row, from, to] of step.drawn)
		free.set(row + down, [...(free.get(row + down) ?? []), [from, to]]);
	for (let y = alone.base; y < alone.lines.length; y++) {
		const spans = free.get(y - alone.base);
		if (!spans) {
			const why = lineDiffers(alone, over, y);
			if (why)
				return why + ' (while drawn)';
			continue;
		}
		for (let x = 0; x < alone.t.cols; x++) {
			if (sameCell(alone.lines.get(y), over.lines.get(y), x) ||
			    spans.some(([from, to]) => x >= from && x < to))
				continue;
			const p = alone.cellText(alone.buffer, y, x), q = over.cellText(over.buffer, y, x);
			if (p !== q)
				return `row ${y - alone.base}, column ${x} while drawn: ${p}, ${q}`;
		}
	}
	return '';
}

function shortly(hex) {
	return JSON.stringify(Buffer.from(hex, 'hex').toString('latin1').slice(-300));
}

// JOB has rows, cols, raw and steps (files: a program's bytes, and the lines of `overlaid --steps`), every: about one
// step of so many is compared, and above: how many lines are in the terminal before.  Returns what differs first, or
// nothing.
export async function compare(job) {
	const alone = Terminal.make(job.rows, job.cols, false), over = Terminal.make(job.rows, job.cols, false);
	const raw = fs.readFileSync(job.raw);
	let pos = 0, turn = 0;

	for (const t of [alone, over])
		t.feedNow(Buffer.from('a line that was there before, and is a long one\r\n'.repeat(job.above ?? 0)));
	for await (const line of readline.createInterface({ input: fs.createReadStream(job.steps) })) {
		const step = JSON.parse(line);
		alone.feedNow(raw.subarray(pos, step.at));
		over.feedNow(Buffer.from(step.out, 'hex'));
		pos = step.at;
		if (turn++ % job.every)
			continue;
		const why = step.drawn === null ? differs(alone, over, alone.base) : differsElsewhere(alone, over, step);
		if (why)
			return [`at ${step.at}: ${why}\n    last bytes ${shortly(step.out)}`];
	}
	if (pos !== raw.length)
		throw new Error('overlaid did not come to its end');
	for (const probe of PROBES) {
		alone.feedNow(probe);
		over.feedNow(probe);
		const why = differs(alone, over, 0);
		if (why)
			return [`at the end, behind ${JSON.stringify(probe.toString())}: ${why}`];
	}
	return [];
}
