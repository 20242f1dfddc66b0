// SPDX-License-Identifier: MIT
// Terminals of xterm.js, and what is in them.  With CLUSTERS a sequence of emoji and the like is one character, as in
// terminals that have grapheme clusters; else each character has the width that wcwidth(3) says.
import headless from '@xterm/headless';
import unicode from '@xterm/addon-unicode11';

// The addon reads its table from where a Buffer's memory begins; in node that is the pool's.
Buffer.poolSize = 0;
const graphemes = (await import('@xterm/addon-unicode-graphemes')).default;

const NO_UNDERLINE_COLOUR = 50331648 + ':' + 0xffffff; // what SGR 59 leaves

// xterm.js saves the cursor's row as one of the scrollback, so that it moves up as lines do.  Here it is one of the
// screen, as with other terminals.
function keepSavedRow(b) {
	let row = b.savedY - b.ybase;

	Object.defineProperty(b, 'savedY', {
		configurable: true,
		get() { return row + this.ybase; },
		set(y) { row = y - this.ybase; },
	});
}

// RIS makes new buffers.
function keepSavedRows(buffers) {
	const reset = buffers.reset;

	buffers.reset = function() {
		reset.call(this);
		keepSavedRow(this.normal);
		keepSavedRow(this.alt);
	};
	keepSavedRow(buffers.normal);
	keepSavedRow(buffers.alt);
}

// While the size changes, xterm.js changes savedY and ybase one after the other, so neither may depend on the other
// then.  What was saved stays on its row; but behind the alternate screen that is the main one's cursor, which moves
// with its text.
function resize(t, rows, cols) {
	const { normal, alt, active } = t._core._bufferService.buffers;
	const saved = [normal, alt].map((b) => [b, b.savedY - b.ybase]);

	for (const [b] of saved)
		Object.defineProperty(b, 'savedY', { configurable: true, writable: true, value: b.savedY });
	t.resize(cols, rows);
	for (const [b, row] of saved) {
		if (b === alt || active === normal)
			b.savedY = Math.min(row, rows - 1) + b.ybase;
		keepSavedRow(b);
	}
}

function terminal(rows, cols, clusters) {
	const t = new headless.Terminal({
		rows, cols, scrollback: 100000, allowProposedApi: true, logLevel: 'off',
		windowOptions: { pushTitle: true, popTitle: true },
	});
	t.loadAddon(clusters ? new graphemes.UnicodeGraphemesAddon() : new unicode.Unicode11Addon());
	t.unicode.activeVersion = clusters ? '15-graphemes' : '11';
	keepSavedRows(t._core._bufferService.buffers);
	return t;
}

// How many bytes at the end of BYTES are of a character that is not whole.
function openBytes(bytes) {
	for (let n = 1; n <= 3 && n <= bytes.length; n++) {
		const b = bytes[bytes.length - n];
		if (b >= 0xc0)
			return n < (b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2) ? n : 0;
		if (b < 0x80)
			return 0;
	}
	return 0;
}

// xterm.js can lose a character that comes in two pieces: what is not whole waits for the rest.
function whole(t, bytes) {
	const all = Buffer.concat([t.waiting ?? Buffer.alloc(0), Buffer.from(bytes)]);
	const end = all.length - openBytes(all);

	t.waiting = all.subarray(end);
	return all.subarray(0, end);
}

function feed(t, bytes) {
	const now = whole(t, bytes);

	return new Promise((done) => t.write(now, done));
}

const FLAGS = ['Bold', 'Dim', 'Italic', 'Blink', 'Invisible', 'Inverse', 'Strikethrough', 'Overline', 'Underline'];
const SEEN_ON_BLANK = ['Inverse', 'Strikethrough', 'Overline', 'Underline'];

// An underline of no style, which links leave, is none.
function has(c, flag) {
	return c['is' + flag]() && !(flag === 'Underline' && c.hasExtendedAttrs() && c.getUnderlineStyle() === 0);
}

// The attributes of a cell or a pen as text; of a BLANK only what can be seen of it.
function look(t, c, blank) {
	const flags = (blank ? SEEN_ON_BLANK : FLAGS).filter((f) => has(c, f));
	let s = flags.join(' ');
	if (!blank || flags.length)
		s += c.isFgDefault() ? '' : ' fg' + c.getFgColorMode() + ':' + c.getFgColor();
	s += c.isBgDefault() ? '' : ' bg' + c.getBgColorMode() + ':' + c.getBgColor();
	if (has(c, 'Underline') && c.extended) {
		s += ' ul' + c.getUnderlineStyle();
		const colour = c.getUnderlineColorMode() + ':' + c.getUnderlineColor();
		if (c.hasExtendedAttrs() && c.getUnderlineColorMode() && colour !== NO_UNDERLINE_COLOUR)
			s += ' uc' + colour;
	}
	// A cell that has none may still hold those of the one that was looked at before.
	const id = c.hasExtendedAttrs() && c.extended && c.extended.urlId;
	const url = id && t._core._oscLinkService.getLinkData(id);
	return s + (url ? ' link ' + url.uri : '');
}

function lineText(t, buffer, n) {
	const line = buffer.getLine(n);
	const cell = buffer.getNullCell();
	let text = '', pen = '', end = 0;

	for (let x = 0; x < line.length; x++) {
		line.getCell(x, cell);
		if (cell.getWidth() === 0 && cell.getChars() === '' && x && line.getCell(x - 1).getWidth() === 2)
			continue;
		const chars = cell.getChars() || ' ';
		const now = look(t, cell, chars === ' ');
		if (now !== pen) {
			text += '{' + now + '}';
			pen = now;
		}
		text += chars + (cell.getWidth() === 2 ? '{2}' : '');
		if (chars !== ' ' || now !== '')
			end = text.length;
	}
	// A wrap of the alternate screen is never used: it has no scrollback and is not reflowed.  One into nothing is none.
	return (line.isWrapped && buffer.type === 'normal' && end ? '> ' : '| ') + text.slice(0, end);
}

function charset(c) {
	return c ? Object.keys(c).length + (c.j ?? c['#'] ?? '') : 'ascii';
}

function saved(t, b) {
	return { x: b.savedX, y: Math.max(b.savedY - b.ybase, 0), pen: look(t, b.savedCurAttrData, false),
		charset: charset(b.savedCharset) };
}

function modes(t) {
	const core = t._core, m = { ...core.coreService.modes, ...core.coreService.decPrivateModes };

	delete m.synchronizedOutput;
	m.cursorStyle = m.cursorStyle ?? 'default';
	m.cursorBlink = m.cursorBlink ?? 'default';
	m.cursorHidden = core.coreService.isCursorHidden;
	m.mouse = core.coreMouseService.activeProtocol;
	// An encoding is only asked for when something is reported.
	m.mouseEncoding = m.mouse === 'NONE' ? '' : core.coreMouseService.activeEncoding;
	return m;
}

// All but the cells.
function state(t) {
	const core = t._core, input = core._inputHandler, b = core.buffer;
	const normal = core._bufferService.buffers.normal, alternate = b !== normal;
	const s = {
		alternate, cursor: [b.y, b.x], margins: [b.scrollTop, b.scrollBottom],
		tabs: Object.keys(b.tabs).filter((x) => b.tabs[x] && x < t.cols).join(' '),
		saved: saved(t, b), pen: look(t, input._curAttrData, false),
		glevel: core._charsetService.glevel,
		charsets: [0, 1, 2, 3].map((g) => charset(core._charsetService._charsets[g])).join(' '),
		title: input._windowTitle, icon: input._iconName, titles: input._windowTitleStack.join('\n'),
		...modes(t),
	};
	if (alternate)
		s.savedMain = saved(t, normal);
	return s;
}

function snapshot(t) {
	const s = { lines: [], screen: [], state: state(t) };

	for (let i = 0; i < t.buffer.normal.length; i++)
		s.lines.push(lineText(t, t.buffer.normal, i));
	if (s.state.alternate)
		for (let i = 0; i < t.buffer.alternate.length; i++)
			s.screen.push(lineText(t, t.buffer.alternate, i));
	return s;
}

export class Terminal {
	static make(rows, cols, clusters) {
		return new Terminal(rows, cols, clusters);
	}

	constructor(rows, cols, clusters) {
		this.t = terminal(rows, cols, clusters);
	}

	feed(bytes) {
		return feed(this.t, bytes);
	}

	// For many small pieces: without a turn of node's loop for each.
	feedNow(bytes) {
		const now = whole(this.t, bytes);

		if (now.length)
			this.t._core.writeSync(now);
	}

	// The active buffer as the API has it, its lines as they are kept, and the first of the screen's.
	get buffer() {
		return this.t.buffer.active;
	}

	get lines() {
		return this.t._core.buffer.lines;
	}

	get base() {
		return this.t._core.buffer.ybase;
	}

	state() {
		return state(this.t);
	}

	lineText(buffer, n) {
		return lineText(this.t, buffer, n);
	}

	cellText(buffer, n, x) {
		const cell = buffer.getLine(n).getCell(x);
		const chars = cell.getChars() || ' ';

		return `${cell.getWidth()} ${chars} {${look(this.t, cell, chars === ' ')}}`;
	}

	resize(rows, cols) {
		resize(this.t, rows, cols);
	}

	snapshot() {
		return snapshot(this.t);
	}

	dispose() {
		this.t.dispose();
	}
}
