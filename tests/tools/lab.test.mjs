// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'node:test';
import {Channel, connectTo, NoAnswer} from '../../tools/lab/channel.mjs';
import {Transcript} from '../../tools/lab/transcript.mjs';

/** A channel to an agent that answers as `answer` says. */
async function withAgent(answer, work) {
    const folder = await mkdtemp(join(tmpdir(), 'handover-lab-'));
    const server = createServer(socket => {
        let text = '';
        // One character a byte.
        socket.setEncoding('latin1').setDefaultEncoding('latin1');
        socket.on('data', data => {
            text += data;
            const line = /^(\w+) (\S+) (\d+) (.*)\n/.exec(text);
            if (line === null || text.length < line[0].length + Number(line[3])) return;
            const body = text.slice(line[0].length);
            text = '';
            answer(socket, {what: line[1], id: line[2], detail: line[4], body});
        });
    });
    await new Promise(resolve => server.listen(join(folder, 'agent'), resolve));
    const socket = await connectTo(join(folder, 'agent'), 1000);
    try {
        await work(new Channel(socket));
    } finally {
        socket.destroy();
        server.close();
        await rm(folder, {recursive: true});
    }
}

test('the lab hears an answer that comes in pieces, after what an earlier run had left on its way', () =>
    withAgent(
        (socket, {id, body}) => {
            socket.write('old-1 0 5\nstale');
            setTimeout(() => socket.write(`${id} 3 `), 20);
            setTimeout(() => socket.write(`${2 * body.length}\n${body}`), 40);
            setTimeout(() => socket.write(body), 60);
        },
        async channel => {
            assert.deepEqual(await channel.run('echo ä\n'), {code: 3, out: 'echo ä\necho ä\n'});
            assert.equal((await channel.run('true\n')).out, 'true\ntrue\n');
        },
    ));

test('the lab gives up on a machine that does not answer, and on one that is gone', () =>
    withAgent(
        (socket, {what}) => what === 'run' && socket.destroy(),
        async channel => {
            await assert.rejects(channel.put('/x', Buffer.from('x'), 0.1), NoAnswer);
            await assert.rejects(channel.run('true', 5), NoAnswer);
        },
    ));

test('a transcript counts, and breaks lines that are too long', () => {
    const transcript = new Transcript();
    transcript.check('holds', 1234, [`a ${'word '.repeat(60)}`]);
    transcript.check('does not', 10, [], 'x'.repeat(300));
    assert.equal(transcript.passed, 1);
    assert.equal(transcript.failed, 1);
    assert.match(transcript.text, /✓ holds \(1\.2 s\)\n {6}a word/);
    assert.match(transcript.text, /✗ does not \(0\.0 s\)\n {4}! x/);
    for (const line of transcript.text.split('\n')) assert.ok(line.length <= 118, line);
});
