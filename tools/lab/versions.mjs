// SPDX-License-Identifier: GPL-3.0-or-later
import {execFileSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {checkout} from '../lib/enter.mjs';

/** @returns {Promise<string>} when it was, and what ran */
export async function describeVersions(lab) {
    const {out} = await lab.root(`
        . /etc/os-release; echo "$PRETTY_NAME ($(cat /etc/debian_version)), Linux $(uname -r)"
        dpkg-query -W -f '\${Package} \${Version}\\n' libvirt-daemon libvirt-dbus qemu-system-x86 systemd polkitd \\
            gjs gnome-shell pipewire wireplumber
    `);
    const [system, ...versions] = out.trim().split('\n');
    const commit = execFileSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], {encoding: 'utf8'});
    const when = new Date().toISOString().slice(0, 16).replace('T', ' ');
    return `${when} UTC, commit ${commit.trim()}\n${system}\n${versions
        .join(', ')
        .replace(/.{1,112}(?:, |$)/g, '$&\n')
        .trim()}`;
}

/**
 * Keeps the transcript of a stage in docs/lab.md, instead of the one before.
 * @param {string} stage which has a block of its own there
 */
export async function record(stage, text) {
    const path = join(checkout, 'docs/lab.md');
    const page = await readFile(path, 'utf8');
    const begin = `<!-- Transcript: ${stage} -->\n`;
    const [before, rest] = page.split(begin);
    if (rest === undefined) throw new Error(`docs/lab.md has no place for the transcript of ${stage}`);
    const after = rest.replace(/^```[^]*?\n```\n/, '');
    await writeFile(path, `${before}${begin}\`\`\`\n${text}\`\`\`\n${after}`);
}
