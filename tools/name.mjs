// SPDX-License-Identifier: GPL-3.0-or-later
// Prints names from shared/names.ts: node tools/name.mjs APP_ID [VERSION…], one value a line;
// without an argument every name, as NAME=value.
import {readNames} from './names.mjs';

const names = readNames();
const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !Object.hasOwn(names, name));
if (unknown.length > 0) {
    console.error(`name: not in shared/names.ts: ${unknown.join(', ')}`);
    process.exit(2);
}
const lines =
    wanted.length > 0 ? wanted.map(name => names[name]) : Object.entries(names).map(pair => pair.join('='));
console.log(lines.join('\n'));
