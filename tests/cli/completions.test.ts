// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {ADDABLE} from '../../cli/health/addable.js';
import {VERBS} from '../../cli/verbs.js';
import {WAIT_STATES} from '../../cli/waitStates.js';
import {ALL_QUESTIONS} from '../../shared/health/doctor/doctor.js';
import {DRIVERS} from '../../shared/libvirt/drivers.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {waitFor} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {testDriver} from '../libvirt/testDriver.js';
import {OnTerminal} from './terminal.js';

const SHARE = `${GLib.getenv('HANDOVER_PREFIX')}/share`;
const SCRIPTS = {
    bash: `${SHARE}/bash-completion/completions/handover`,
    zsh: `${SHARE}/zsh/site-functions/_handover`,
    fish: `${SHARE}/fish/vendor_completions.d/handover.fish`,
};
const env: Record<string, string> = {
    GSETTINGS_BACKEND: 'keyfile',
    XDG_CONFIG_HOME: '/tmp/completion-settings',
};

/** What bash offers for the words of a line, of which the last is being typed. */
async function bash(...words: string[]): Promise<string[]> {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _handover; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const {out, err} = await runProgram(['bash', '-c', script, 'bash', SCRIPTS.bash, 'handover', ...words], {
        env,
    });
    expect(err).toBe('');
    return sorted(out);
}

/** What fish offers for a line. */
async function fish(line: string): Promise<string[]> {
    const script = `source $argv[1]; complete --do-complete $argv[2]`;
    const {out, err} = await runProgram(['fish', '--no-config', '-c', script, SCRIPTS.fish, line], {env});
    expect(err).toBe('');
    return sorted(out.replace(/\t.*/g, ''));
}

/** What zsh offers for a line: its completion system runs in a terminal only, so it gets one. */
async function zsh(line: string): Promise<string[]> {
    const script = `
zmodload zsh/zpty
zpty -b inner zsh -f
read_until() { local all='' part; while [[ $all != *$1* ]]; do zpty -r inner part || return; all+=$part; done; REPLY=$all }
zpty -w inner 'PROMPT=; fpath=(${SCRIPTS.zsh.replace(/\/_handover$/, '')} $fpath); autoload -U compinit; compinit -u -D'
zpty -w inner 'zstyle ":completion:*" list-separator "	"; zstyle ":completion:*:default" list-prompt ""; LISTMAX=10000; COLUMNS=80; LINES=1000'
zpty -w inner 'compadd() { builtin compadd -A found -O found2 "$@" >/dev/null 2>&1; local -a hits; builtin compadd -O hits "$@"; print -rC1 -- BEGIN "\${hits[@]}" END >> /tmp/zsh-hits; builtin compadd "$@" }'
zpty -w inner 'print READY''NOW'
read_until READYNOW
zpty -w -n inner $'${line}\\t'
for turn in {1..150}; do [[ -s /tmp/zsh-hits ]] && break; sleep 0.1; done
last=; until now=$(</tmp/zsh-hits); [[ $now == $last ]]; do last=$now; sleep 0.5; done
zpty -d inner
cat /tmp/zsh-hits; rm -f /tmp/zsh-hits`;
    const {out} = await runProgram(['zsh', '-f', '-c', script], {env});
    return sorted(out.replace(/^(BEGIN|END)$/gm, ''));
}

function sorted(text: string): string[] {
    return [...new Set(text.split('\n').filter(line => line.trim() !== ''))].sort();
}

describe('completion', () => {
    beforeAll(async () => {
        await runProgram(['gsettings', 'set', 'io.github.handover.Handover', 'hosts', "['test']"], {env});
        await testDriver.define('web server');
        await testDriver.define('-dash');
    });
    afterAll(() => testDriver.clear());

    const verbs = VERBS.map(verb => verb.name);
    const hosts = DRIVERS.map(driver => driver.id).sort();
    const states = [...WAIT_STATES].sort();

    it('knows every verb', async () => {
        expect(await bash('')).toEqual([...verbs, '--help', '--version'].sort());
        expect(await bash('re')).toEqual(['reset', 'restart', 'resume']);
        expect(await fish('handover ')).toEqual([...verbs].sort());
        expect(await zsh('handover ')).toEqual([...verbs].sort());
    });

    it('knows every option of each verb', async () => {
        for (const verb of VERBS) {
            const options = [
                '--json',
                '--host',
                '--timeout',
                '--verbose',
                '--help',
                ...verb.options.map(o => `--${o}`),
            ];
            expect(await bash(verb.name, '--')).toEqual(options.sort());
            expect(await fish(`handover ${verb.name} --`)).toEqual(options.sort());
        }
        expect(await zsh('handover stop --')).toEqual(
            jasmine.arrayContaining(['--force', '--host', '--json', '--timeout']),
        );
    });

    it('knows every host and every state', async () => {
        expect(await bash('list', '--host', '')).toEqual(hosts);
        expect(await bash('wait', '--for', '')).toEqual(states);
        expect(await fish('handover list --host ')).toEqual(hosts);
        expect(await fish('handover wait --for ')).toEqual(states);
        expect(await zsh('handover wait --for ')).toEqual(states);
        expect(await zsh('handover list --host ')).toEqual(hosts);
    });

    it('knows what the doctor asks, and what a machine can be given', async () => {
        const ids = ALL_QUESTIONS.map(({id}) => id).sort();
        for (const option of ['--id', '--fix']) {
            expect(await bash('doctor', option, '')).toEqual(ids);
            expect(await fish(`handover doctor ${option} `)).toEqual(ids);
            expect(await zsh(`handover doctor ${option} `)).toEqual(ids);
        }
        expect(await bash('doctor', '')).toEqual([]);
        const rows = [...ADDABLE].sort();
        expect(await bash('health', '--add', '')).toEqual(rows);
        expect(await fish('handover health --add ')).toEqual(rows);
        expect(await zsh('handover health --add ')).toEqual(rows);
    });

    it('knows what each verb can do', async () => {
        for (const {name, tasks = []} of VERBS.filter(verb => verb.tasks)) {
            expect(await bash(name, '')).toEqual([...tasks].sort());
            expect(await fish(`handover ${name} `)).toEqual([...tasks].sort());
            expect(await zsh(`handover ${name} `)).toEqual([...tasks].sort());
        }
        expect(await bash('gpu', 'force-back', '--up-to', '')).toEqual(['rescan', 'return', 'suspend']);
        expect(await fish('handover gpu force-back --up-to ')).toEqual(['rescan', 'return', 'suspend']);
    });

    it('knows the graphics cards by their addresses, whose colons are none of its business', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const cards = ['0000:00:02.0', '0000:03:00.0'];
        env['HANDOVER_SYSROOT'] = fake.folder;
        expect(await bash('gpu', 'take', '')).toEqual(cards);
        expect(await bash('gpu', '--timeout', '5', 'take', '--json', '')).toEqual(cards);
        // Bash gives the pieces of a word that has colons, and wants the rest of the last.
        expect(await bash('gpu', 'take', '0000', ':', '03', ':')).toEqual(['00.0']);
        expect(await bash('gpu', 'take', '0000', ':', '0')).toEqual(['00:02.0', '03:00.0']);
        expect(await bash('gpu', 'take', '0000', ':', '03', ':', '00.0', '')).toEqual([]);
        expect(await fish('handover gpu take ')).toEqual(cards);
        expect(await fish('handover gpu --timeout 5 return --json ')).toEqual(cards);
        expect(await fish('handover gpu take 0000:03:00.0 ')).toEqual([]);
        expect((await zsh('handover gpu take ')).map(line => line.replaceAll('\\', ''))).toEqual(cards);
        delete env['HANDOVER_SYSROOT'];
    });

    it('knows the machines, quoted as the shell needs it', async () => {
        expect(await bash('start', '')).toEqual(['test', 'web\\ server']);
        expect(await bash('start', 'w')).toEqual(['web\\ server']);
        expect(await bash('start', '--', '-')).toEqual(['-dash']);
        expect(await bash('start', '--host', 'session', '')).toEqual([]);
        expect(await fish('handover start ')).toEqual(['test', 'web server']);
        expect(await fish('handover start -- -d')).toEqual(['-dash']);
        expect(await fish('handover start --host session ')).toEqual([]);
        expect(await zsh('handover start ')).toEqual(['test', 'web server']);
    });

    it('has bash quote a folder, and go on into it', async () => {
        const folder = temporaryDirectory('folders');
        GLib.mkdir_with_parents(GLib.build_filenamev([folder, 'my files']), 0o755);
        const terminal = new OnTerminal(`PS1='now> ' bash --norc -i`);
        try {
            await waitFor('bash', () => terminal.sent.includes('now> '));
            terminal.press(`source ${SCRIPTS.bash}\nhandover health --folder ${folder}/my\t`);
            await waitFor('the folder', () => terminal.sent.includes(`${folder}/my\\ files/`));
        } finally {
            terminal.stop();
        }
        expect(terminal.sent).not.toContain('compopt');
    });

    it('is free of syntax errors', async () => {
        for (const [shell, script] of Object.entries(SCRIPTS))
            expect(await runProgram([shell, '-n', script])).toEqual({code: 0, out: '', err: ''});
    });
});

describe('the manual page', () => {
    const page = `${SHARE}/man/man1/handover.1`;

    it('is well formed', async () => {
        const {code, out} = await runProgram(['mandoc', '-Tlint', '-W', 'warning', page]);
        expect({code, out}).toEqual({code: 0, out: ''});
    });

    it('tells of every verb, option, host, state and exit code', async () => {
        const {out} = await runProgram(['mandoc', '-Tutf8', '-Owidth=1000', page]);
        const text = out.replace(/.\x08/g, '');
        for (const verb of VERBS) expect(text).toMatch(new RegExp(`^ {5,7}${verb.name}\\b`, 'm'));
        const options = [
            'json',
            'host',
            'timeout',
            'verbose',
            'help',
            'version',
            ...VERBS.flatMap(verb => verb.options),
        ];
        for (const option of options) expect(text).toContain(`--${option}`);
        for (const {id} of DRIVERS) expect(text).toMatch(new RegExp(`\\b${id}\\b`));
        for (const state of WAIT_STATES) expect(text).toContain(state);
        for (const code of [0, 1, 2, 3, 4, 5, 6, 7])
            expect(text).toMatch(new RegExp(`^ {5,7}${code}\\b`, 'm'));
        expect(text).toContain('JSON OUTPUT');
    });
});
