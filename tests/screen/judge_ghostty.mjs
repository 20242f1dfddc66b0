// SPDX-License-Identifier: MIT
// Terminals of ghostty (the wasm of ghostty-web), and what is in them.  It does not say its margins, tabs, pen, saved
// cursor and pending wrap: PROBE makes them seen.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const RIS = Buffer.from('\x1bc\x1b[?2027h');
const CELL = 16; // bytes of one
const CONFIG = 80;
const CLUSTER_MAX = 64;
const SCROLLBACK = 0; // no limit
const FLAGS = ['bold', 'italic', 'underline', 'strike', 'inverse', 'invisible', 'blink', 'faint'];
const SEEN_ON_BLANK = ['underline', 'strike', 'inverse'];
// Mouse modes are bits of their own here; a terminal takes the last of them.
const MODES = [1, 5, 6, 7, 8, 25, 45, 66, 69, 1004, 1007, 1035, 1036, 1039, 2004, 2027, 2031, 2048];
const ANSI_MODES = [4, 20];

let compiled;

export class Terminal {
	static async make(rows, cols) {
		compiled ??= await WebAssembly.compile(fs.readFileSync(require.resolve('ghostty-web/ghostty-vt.wasm')));
		const instance = await WebAssembly.instantiate(compiled, { env: { log() { } } });
		return new Terminal(instance.exports, rows, cols);
	}

	// A memory of its own: all of it goes with the terminal.
	constructor(wasm, rows, cols) {
		Object.assign(this, { wasm, rows, cols });
		const config = this.allocate(CONFIG);
		new DataView(wasm.memory.buffer).setUint32(config, SCROLLBACK, true);
		this.t = wasm.ghostty_terminal_new_with_config(cols, rows, config);
		if (!this.t)
			throw new Error('ghostty: no terminal of ' + rows + 'x' + cols);
		this.clusters = this.allocate(CLUSTER_MAX * 4);
		this.cells = this.allocate(1000 * CELL);
	}

	// Of zeroes.
	allocate(size) {
		const p = this.wasm.ghostty_wasm_alloc_u8_array(size);
		new Uint8Array(this.wasm.memory.buffer, p, size).fill(0);
		return p;
	}

	// RIS ends the mode of grapheme clusters here, but with ghostty itself that is a setting of the user's.
	feed(bytes) {
		const begin = this.escaped && bytes[0] === 0x63 ? Buffer.concat([RIS.subarray(1), bytes.subarray(1)]) : bytes;

		this.escaped = bytes[bytes.length - 1] === 0x1b;
		this.write(Buffer.from(begin.toString('latin1').replaceAll('\x1bc', RIS.toString('latin1')), 'latin1'));
	}

	write(bytes) {
		if (!bytes.length)
			return;
		const p = this.allocate(bytes.length);
		new Uint8Array(this.wasm.memory.buffer).set(bytes, p);
		this.wasm.ghostty_terminal_write(this.t, p, bytes.length);
		this.wasm.ghostty_wasm_free_u8_array(p, bytes.length);
	}

	resize(rows, cols) {
		Object.assign(this, { rows, cols });
		this.wasm.ghostty_terminal_resize(this.t, cols, rows);
	}

	dispose() { }

	cluster(function_, row, x) {
		const n = this.wasm['ghostty_' + function_ + '_get' + (function_ === 'terminal' ? '_scrollback' : '') + '_grapheme'](
			this.t, row, x, this.clusters, CLUSTER_MAX);
		return String.fromCodePoint(...new Uint32Array(this.wasm.memory.buffer, this.clusters, Math.max(n, 0)));
	}

	// The row of cells at ADDRESS as text; CLUSTER(x) says the characters of one.
	text(address, continued, cluster) {
		const cells = new DataView(this.wasm.memory.buffer, address, this.cols * CELL);
		let text = '', pen = '', end = 0;

		for (let x = 0; x < this.cols; x++) {
			const at = x * CELL, code = cells.getUint32(at, true), width = cells.getUint8(at + 11);
			if (width === 0 && x && cells.getUint8(at - CELL + 11) === 2)
				continue;
			const chars = code === 0 ? ' ' : cells.getUint8(at + 14) ? cluster(x) : String.fromCodePoint(code);
			const now = look(cells, at, chars === ' ');
			if (now !== pen) {
				text += '{' + now + '}';
				pen = now;
			}
			text += chars + (width === 2 ? '{2}' : '');
			if (chars !== ' ' || now !== '')
				end = text.length;
		}
		return (continued && end ? '> ' : '| ') + text.slice(0, end);
	}

	screen(alternate) {
		const { wasm, t, rows, cols } = this, size = rows * cols, rendered = [];
		const p = this.allocate(size * CELL);
		wasm.ghostty_render_state_get_viewport(t, p, size);
		for (let y = 0; y < rows; y++)
			rendered.push(this.text(p + y * cols * CELL, !alternate && wasm.ghostty_terminal_is_row_wrapped(t, y),
				(x) => this.cluster('render_state', y, x)));
		wasm.ghostty_wasm_free_u8_array(p, size * CELL);
		return rendered;
	}

	above() {
		const { wasm, t } = this, lines = [], count = wasm.ghostty_terminal_get_scrollback_length(t);
		for (let y = 0; y < count; y++) {
			wasm.ghostty_terminal_get_scrollback_line(t, y, this.cells, this.cols);
			lines.push(this.text(this.cells, false, (x) => this.cluster('terminal', y, x)));
		}
		return lines;
	}

	snapshot() {
		const { wasm, t } = this, mode = (m, ansi) => wasm.ghostty_terminal_get_mode(t, m, ansi);
		wasm.ghostty_render_state_update(t);
		const alternate = Boolean(wasm.ghostty_terminal_is_alternate_screen(t)), screen = this.screen(alternate);
		return {
			// What is above the alternate screen cannot be asked.
			lines: alternate ? [] : this.above().concat(screen),
			screen: alternate ? screen : [],
			state: {
				alternate,
				cursor: [wasm.ghostty_render_state_get_cursor_y(t), wasm.ghostty_render_state_get_cursor_x(t)],
				modes: MODES.filter((m) => mode(m, false)).join(' '),
				ansiModes: ANSI_MODES.filter((m) => mode(m, true)).join(' '),
			},
		};
	}
}

// The attributes of the cell at offset AT as text; of a BLANK only what can be seen of it.
function look(cells, at, blank) {
	const colour = (n) => [0, 1, 2].map((i) => cells.getUint8(at + n + i)).join(':');
	const flags = FLAGS.filter((f, i) => cells.getUint8(at + 10) & (1 << i) && (!blank || SEEN_ON_BLANK.includes(f)));
	let s = flags.join(' ');
	if ((!blank || flags.length) && colour(4) !== '204:204:204')
		s += ' fg' + colour(4);
	if (colour(7) !== '0:0:0')
		s += ' bg' + colour(7);
	return s + (cells.getUint16(at + 12, true) ? ' link' : '');
}
