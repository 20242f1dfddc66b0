// SPDX-License-Identifier: MIT
// Compares terminals of a judge: one that got a program's bytes up to a cut, another that got a rendering of the model
// there; at once, after some more bytes, after all of them and after the alternate screen was left.
//
// A line of JSON in:   {judge, rows, cols, raw: path, cuts: [{at, more, rendering: path}]}
//                or    {judge, rows, cols, show: path, sizes: [{at, rows, cols}, …]}, a window that changes its size
//                or    {judge, rows, cols, raw: path, steps: path, every}, predictions over a program's output
// A line of JSON out:  [[{when, what, raw, rendering}, …], …], the differences of each cut; or what is shown; or texts
import fs from 'node:fs';
import readline from 'node:readline';

const LEAVE = Buffer.from('\x1b[?1049l');
const DIFFERENCES_MAX = 5;
// For a judge that does not say all of its state: text, tab stops, saved cursor, margins.
const PROBE = Buffer.from('abq\t|\x1b[Z:\x1b8\x1b[D@q\x1b[99;99H\n\n~');

async function terminal(job) {
	if (job.judge === 'ghostty')
		return (await import('./judge_ghostty.mjs')).Terminal.make(job.rows, job.cols);
	return (await import('./judge_xterm.mjs')).Terminal.make(job.rows, job.cols, job.judge === 'graphemes');
}

// What differs; A is from the program's bytes.  B may have more lines in its scrollback if they are empty.
function differences(when, a, b) {
	const found = [];
	const differ = (what, x, y) => {
		if (x !== y && found.length < DIFFERENCES_MAX)
			found.push({ when, what, raw: x ?? 'none', rendering: y ?? 'none' });
	};
	const more = b.lines.length - a.lines.length;

	for (const k of Object.keys(a.state))
		differ(k, JSON.stringify(a.state[k]), JSON.stringify(b.state[k]));
	a.screen.forEach((line, i) => differ('alternate row ' + i, line, b.screen[i]));
	if (more < 0)
		differ('lines', String(a.lines.length), String(b.lines.length));
	a.lines.forEach((line, i) => differ('line ' + (i - a.lines.length), line, b.lines[i + more]));
	for (let i = 0; i < more; i++)
		differ('line above', '| ', b.lines[i]);
	return found;
}

// What a terminal shows that was fed all of PIECES.
async function fed(job, ...pieces) {
	const t = await terminal(job);
	for (const p of pieces)
		await t.feed(p);
	const seen = t.snapshot();
	t.dispose();
	return seen;
}

async function compareCut(job, raw, cut, seen, left) {
	const rendering = fs.readFileSync(cut.rendering), middle = Math.min(cut.at + cut.more, raw.length);
	const u = await terminal(job);

	await u.feed(rendering);
	let found = differences('at once', seen.get(cut.at), u.snapshot());
	await u.feed(raw.subarray(cut.at, middle));
	found = found.concat(differences('after ' + cut.more + ' more', seen.get(middle), u.snapshot()));
	await u.feed(raw.subarray(middle));
	found = found.concat(differences('after all', seen.get(raw.length), u.snapshot()));
	await u.feed(LEAVE);
	found = found.concat(differences('after leaving', left, u.snapshot()));
	u.dispose();
	if (job.judge === 'ghostty' && cut.ground)
		found = found.concat(differences('typed on', await fed(job, raw.subarray(0, cut.at), PROBE),
			await fed(job, rendering, PROBE)));
	return found;
}

async function compare(job) {
	const raw = fs.readFileSync(job.raw);
	const at = (n) => Math.min(n, raw.length);
	const points = [...new Set(job.cuts.flatMap((c) => [c.at, at(c.at + c.more)]).concat(raw.length))];
	const t = await terminal(job), seen = new Map(), results = [];
	let pos = 0;

	for (const p of points.sort((x, y) => x - y)) {
		await t.feed(raw.subarray(pos, p));
		seen.set(p, t.snapshot());
		pos = p;
	}
	await t.feed(LEAVE);
	const left = t.snapshot();
	t.dispose();
	for (const cut of job.cuts)
		results.push(await compareCut(job, raw, cut, seen, left));
	return results;
}

async function show(job) {
	const t = await terminal(job);

	const bytes = fs.readFileSync(job.show);
	let pos = 0;

	for (const size of job.sizes ?? []) {
		await t.feed(bytes.subarray(pos, size.at));
		t.resize(size.rows, size.cols);
		pos = size.at;
	}
	await t.feed(bytes.subarray(pos));
	const seen = t.snapshot();
	t.dispose();
	return seen;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
	const job = JSON.parse(line);
	const answer = job.show ? show(job) : job.steps ? (await import('./judge_overlay.mjs')).compare(job) : compare(job);
	process.stdout.write(JSON.stringify(await answer) + '\n');
}
