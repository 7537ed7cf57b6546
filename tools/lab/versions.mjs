// SPDX-License-Identifier: GPL-3.0-or-later
import {execFileSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {checkout} from '../lib/enter.mjs';

const BEGIN = '<!-- The transcript: npm run lab -- --all --record -->';

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

/** Keeps a transcript at the end of docs/lab.md, instead of the one before. */
export async function record(text) {
    const path = join(checkout, 'docs/lab.md');
    const [before] = (await readFile(path, 'utf8')).split(BEGIN);
    await writeFile(path, `${before}${BEGIN}\n\`\`\`\n${text}\`\`\`\n`);
}
