// SPDX-License-Identifier: GPL-3.0-or-later

/** Random numbers that are the same in every run (mulberry32). */
export class Random {
    #state: number;

    constructor(seed: number) {
        this.#state = seed;
    }

    /** From 0 up to but not including 1. */
    next(): number {
        this.#state = (this.#state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }

    /** A whole number from 0 up to but not including `limit`. */
    below(limit: number): number {
        return Math.floor(this.next() * limit);
    }

    chance(probability: number): boolean {
        return this.next() < probability;
    }

    pick<T>(choices: readonly T[]): T {
        const choice = choices[this.below(choices.length)];
        if (choice === undefined) throw new RangeError('There is nothing to pick from');
        return choice;
    }
}

const NAMES = [
    ...['a', 'b', 'domain', 'name', 'x-y.z', '_', 'é', 'имя', '名前', 'a1'],
    ...['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'then'],
    ...['n:a', 'n:b', 'm:constructor', 'qemu:commandline'],
];
const NAMESPACES = " xmlns:n='urn:n' xmlns:m=\"urn:m\" xmlns:qemu='urn:qemu'";
const TEXTS = [
    ...[
        'x',
        ' ',
        '\n',
        '\t',
        '  \n ',
        '>',
        '"',
        "'",
        '/',
        '/>',
        '=',
        '-',
        '--',
        '?',
        '!',
        ']',
        ']]',
        '0',
        '007',
        '1e5',
        'true',
    ],
    ...[
        '&lt;',
        '&gt;',
        '&amp;',
        '&quot;',
        '&apos;',
        '&#10;',
        '&#13;',
        '&#x1F600;',
        '&#38;',
        '&amp;lt;',
        '&#x9;',
        '&#x20;',
    ],
    ...['é', 'עברית', '😀', '\u00a0', '\u2028', '\u200d', '日本'],
];
const SPACES = [' ', '  ', '\n', '\t', ' \n\t'];

/** A well-formed document of any kind that XML without a document type allows. */
export function randomDocument(random: Random): string {
    const declaration = random.chance(0.3) ? `<?xml version=${random.pick(['"1.0"', "'1.0'"])}?>` : '';
    return declaration + around(random) + element(random, 0) + around(random);
}

function around(random: Random): string {
    let text = '';
    while (random.chance(0.4))
        text += random.pick([() => comment(random), () => instruction(random), () => space(random)])();
    return text;
}

function element(random: Random, depth: number): string {
    const name = random.pick(NAMES);
    let open = `<${name}${depth === 0 ? NAMESPACES : ''}`;
    const used = new Set<string>();
    while (random.chance(0.5)) {
        const attribute = random.pick(NAMES);
        if (used.has(attribute)) continue;
        used.add(attribute);
        open += space(random) + attribute + blank(random) + '=' + blank(random) + value(random);
    }
    open += blank(random);
    if (random.chance(0.2)) return `${open}/>`;
    return `${open}>${content(random, depth)}</${name}${blank(random)}>`;
}

function content(random: Random, depth: number): string {
    let text = '';
    while (random.chance(depth < 6 ? 0.75 : 0.2)) {
        const kind = random.next();
        if (kind < 0.4) text += element(random, depth + 1);
        // A “]]” left by the piece before must not meet the “>” of this one.
        else if (kind < 0.75) text += characters(random, ']') + random.pick(['', ' ]', ' ]] ']);
        else if (kind < 0.85) text += comment(random);
        else if (kind < 0.95) text += cdata(random);
        else text += instruction(random);
    }
    return text;
}

function characters(random: Random, without: string): string {
    let text = '';
    do text += random.pick(TEXTS);
    while (random.chance(0.6));
    return without === '' ? text : text.replaceAll(without, '');
}

function value(random: Random): string {
    const quote = random.pick(['"', "'"]);
    return random.chance(0.1) ? quote + quote : quote + characters(random, quote) + quote;
}

function comment(random: Random): string {
    return `<!--${characters(random, '-')}${random.pick(['', '<', '<a>', '&', ' - '])} -->`;
}

function cdata(random: Random): string {
    const inside = characters(random, ']') + random.pick(['', '<', '</a>', '&', '<!--', ']', '<![CDATA[']);
    return `<![CDATA[${inside}]]>`;
}

function instruction(random: Random): string {
    const target = random.pick(['p', 'php', 'xml-stylesheet', 'constructor', 'é']);
    return random.chance(0.3)
        ? `<?${target}?>`
        : `<?${target} ${characters(random, '?')}${random.pick(['', "it's", '<a', '"'])}?>`;
}

function space(random: Random): string {
    return random.pick(SPACES);
}

function blank(random: Random): string {
    return random.chance(0.8) ? '' : space(random);
}

const SNIPPETS = [
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '=',
    ' ',
    '-',
    ']]>',
    '<!--',
    '-->',
    '<![CDATA[',
    '<?',
    '?>',
    '</a>',
    '<a>',
    ';',
    '\u0001',
    'x',
];

/** A document with a few mistakes in it: characters lost, doubled, put in or swapped. */
export function damaged(random: Random, xml: string): string {
    let text = xml;
    for (let mistakes = 1 + random.below(3); mistakes > 0; mistakes--) {
        const characters = [...text];
        const at = random.below(characters.length);
        const kind = random.below(4);
        if (kind === 0) characters.splice(at, 1 + random.below(3));
        else if (kind === 1) characters.splice(at, 0, random.pick(SNIPPETS));
        else if (kind === 2) characters.splice(at, 1, random.pick(SNIPPETS));
        else characters.splice(at, 0, ...characters.slice(at, at + random.below(12)));
        text = characters.join('');
    }
    return text;
}
