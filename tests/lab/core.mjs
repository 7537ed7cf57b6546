// SPDX-License-Identifier: GPL-3.0-or-later
// What the lab shows without a desktop, in the order in which a person would meet it. Each check says what it needs by
// making it so, since the one before it may have failed.
import assert from 'node:assert/strict';

const CARD = '0000:01:00.0';
const LINUX = 'virtio-pci snd_hda_intel';
const VFIO = 'vfio-pci vfio-pci';

/** @returns the card that is lent, as `handover gpu status --json` tells of it to the person at the computer */
async function status(lab) {
    const {code, out} = await lab.seat(
        'handover gpu status --json 2>/run/user/1000/said || cat /run/user/1000/said',
    );
    assert.equal(code, 0, out);
    const card = JSON.parse(out).find(({address}) => address === CARD);
    assert.ok(card, `no ${CARD} in ${out}`);
    const uses = card.holders.map(({name, pid}) => `${name} (${pid})`).join(', ') || 'nobody';
    const functions = card.functions.map(({driver}) => driver).join(', ');
    lab.note(
        `${card.address} ${card.name}: ${JSON.stringify(card.owner)}; drivers ${functions}; used by ${uses}`,
    );
    return card;
}

async function drivers(lab) {
    return (await lab.root('drivers')).out.trim();
}

/** Calls the helper as root. @returns what it answers, which is JSON for most methods */
async function helper(lab, ...words) {
    const {code, out} = await lab.root(`helper ${words.join(' ')}`, 130);
    assert.equal(code, 0, out);
    if (out.trim() === '') return null;
    const [text] = JSON.parse(out).data;
    return text.startsWith('{') ? JSON.parse(text) : text;
}

function steps(outcome) {
    const total = outcome.steps.reduce((sum, {ms}) => sum + ms, 0);
    return `${outcome.steps.map(({id, ms}) => `${id} ${ms.toFixed(0)}`).join(', ')} = ${total.toFixed(0)} ms`;
}

/** Nobody has the card, Linux drives it, no machine runs. */
async function atRest(lab) {
    await lab.root(`pkill -x card-holder; nested_is running && virsh -q destroy nested; true`);
    await lab.until(`has_drivers '${LINUX}'`, 60);
    await lab.until('no_record', 60);
}

/** The sound server of the person at the computer leaves the card alone. */
async function withRule(lab) {
    if ((await lab.root('ls /etc/udev/rules.d/61-handover-*')).code === 0) return;
    await helper(lab, 'InstallIgnoreRule', 's', CARD);
    await lab.root(`udevadm settle; systemctl --user -M tester@ restart wireplumber`);
}

async function held(lab, work) {
    await lab.root(`cp /usr/bin/sleep /run/lab/card-holder
        setsid /run/lab/card-holder 600 9<>/dev/dri/by-path/pci-${CARD}-card >/dev/null 2>&1 &
        until_ok 5 pgrep -x card-holder`);
    try {
        await work();
    } finally {
        await lab.root('pkill -x card-holder');
    }
}

/** How long it takes from a moment inside until the card is with Linux again and nothing is under way. */
async function untilBack(lab, script, seconds) {
    const {code, out} = await lab.root(
        `from=$(date +%s%3N)
        ${script}
        until_ok ${seconds} has_drivers '${LINUX}' && until_ok ${seconds} no_record && until_ok ${seconds} nested_is 'shut off'
        code=$?
        echo "back after $(($(date +%s%3N) - from)) ms"
        exit $code`,
        seconds + 60,
    );
    assert.equal(code, 0, out);
    lab.note(out);
}

async function look(lab) {
    lab.section('Look');
    await lab.check('before: Linux has the card, and its sound server uses it', async () => {
        const card = await status(lab);
        assert.equal(card.owner.kind, 'linux');
        assert.equal(card.driver, 'virtio-pci');
        assert.deepEqual(
            card.group.members.map(({address}) => address),
            [CARD, '0000:01:00.1'],
        );
        assert.deepEqual(
            card.holders.map(({name}) => name),
            ['wireplumber'],
        );
    });
    await lab.check('the helper sees every process', async () => {
        const report = await helper(lab, 'Holders', 's', CARD);
        assert.equal(report.uninspected, 0);
        assert.equal(report.processes[0]?.name, 'wireplumber');
    });
}

async function guard(lab) {
    lab.section('Guard');
    await lab.check(
        'handover start is refused with exit code 4 while the card is held, and names who',
        async () => {
            const {code, out} = await lab.seat('handover start nested');
            lab.note(out);
            assert.equal(code, 4);
            assert.match(out, /wireplumber/);
            assert.equal(await drivers(lab), LINUX);
        },
    );
    await lab.check('the guard is installed, and libvirt reads its hooks again', async () => {
        const before = (await lab.root('systemctl show -P MainPID libvirtd')).out;
        await helper(lab, 'InstallGuard');
        assert.equal(await helper(lab, 'GuardStatus'), 'installed');
        assert.equal(
            (await lab.root('systemctl show -P MainPID libvirtd')).out,
            before,
            'libvirtd was restarted',
        );
    });
    await lab.check(
        'plain virsh start is refused while the sound server holds the card, and names it',
        async () => {
            const {code, out} = await lab.root('virsh start nested');
            lab.note(/Handover: .*/.exec(out)?.[0] ?? out);
            assert.equal(code, 1);
            assert.match(out, /in use by wireplumber \(pid \d+\)/);
            assert.equal(await drivers(lab), LINUX);
        },
    );
    await lab.check(
        'the rule makes the sound server leave the card alone from the next log-in on',
        async () => {
            await withRule(lab);
            const {out} = await lab.root(
                `udevadm info /dev/dri/by-path/pci-${CARD}-card | grep CURRENT_TAGS`,
            );
            lab.note(out);
            assert.match(out, /mutter-device-ignore/);
            const report = await helper(lab, 'Holders', 's', CARD);
            assert.deepEqual(report.processes, []);
        },
    );
    await lab.check('plain virsh start is refused while a process has the card open', () =>
        held(lab, async () => {
            const {code, out} = await lab.root('virsh start nested');
            lab.note(/Handover: .*/.exec(out)?.[0] ?? out);
            assert.equal(code, 1);
            assert.match(out, /in use by card-holder \(pid \d+\)/);
            assert.equal(await drivers(lab), LINUX);
        }),
    );
    await lab.check('the helper refuses to take it, and changes nothing', () =>
        held(lab, async () => {
            const outcome = await helper(lab, 'Take', 's', CARD);
            lab.note(`${outcome.kind}: ${outcome.refusals?.map(({kind}) => kind).join(', ')}`);
            assert.equal(outcome.kind, 'refused');
            assert.equal(outcome.refusals[0].holders.processes[0].name, 'card-holder');
            assert.equal(await drivers(lab), LINUX);
            assert.equal((await lab.root('no_record')).code, 0);
        }),
    );
}

async function leave(lab) {
    const take = `busctl --timeout=60 --allow-interactive-authorization=no call io.github.handover.Handover.Helper \\
        /io/github/handover/Handover/Helper io.github.handover.Handover.Helper Take s ${CARD}`;
    lab.section('Leave, by polkit');
    await lab.check('a session over the network may not take the card without an administrator', async () => {
        await atRest(lab);
        const {code, out} = await lab.network(take);
        lab.note(out);
        assert.notEqual(code, 0);
        assert.match(out, /not (allowed|authorized)/i);
        assert.equal(await drivers(lab), LINUX);
    });
    await lab.check('nor by the CLI, whose exit code says so', async () => {
        const {code, out} = await lab.network(`handover gpu take ${CARD}`);
        lab.note(out);
        assert.equal(code, 5);
    });
    await lab.check('the person at the computer may, and give it back, by the CLI', async () => {
        await withRule(lab);
        const taken = await lab.seat(`handover gpu take ${CARD}`, 120);
        lab.note(taken.out);
        assert.equal(taken.code, 0);
        assert.equal(await drivers(lab), VFIO);
        const back = await lab.seat(`handover gpu return ${CARD}`, 120);
        lab.note(back.out);
        assert.equal(back.code, 0);
        assert.equal(await drivers(lab), LINUX);
    });
    await lab.check('the same over the bus, without a word of ours in between', async () => {
        await withRule(lab);
        const {code, out} = await lab.seat(take);
        assert.equal(code, 0, out);
        assert.equal(await drivers(lab), VFIO);
        const back = await lab.seat(take.replace('Take', 'Return'));
        assert.equal(back.code, 0, back.out);
        assert.equal(await drivers(lab), LINUX);
    });
    await lab.check('nor may the person at the computer set it up without an administrator', async () => {
        const {code, out} = await lab.seat(take.replace(/Take s .*/, 'RemoveGuard'));
        lab.note(out);
        assert.notEqual(code, 0);
        assert.equal(await helper(lab, 'GuardStatus'), 'installed');
    });
}

async function handover(lab) {
    lab.section('Hand over');
    await lab.check('handover start takes the card and starts the machine', async () => {
        await atRest(lab);
        await withRule(lab);
        const {code, out} = await lab.seat('handover start nested', 150);
        lab.note(out);
        assert.equal(code, 0);
        assert.equal(await drivers(lab), VFIO);
        await noteJournal(lab, 'take');
        const {out: who} = await lab.root(`ps -C qemu-system-x86_64 -o user:14=,label= | head -n 1`);
        lab.note(`QEMU runs as ${who}`);
        assert.match(who, /^libvirt-qemu +libvirt-.* \(enforce\)/);
    });
    await lab.check('during: the machine has the card', async () => {
        const card = await status(lab);
        assert.equal(card.owner.kind, 'machine');
        assert.equal(card.driver, 'vfio-pci');
    });
    await lab.check('the nested machine sees the card and drives it', async () => {
        await lab.until("nested_says 'NESTED READY'", 180);
        const {out} = await lab.root('console | grep NESTED');
        lab.note(out);
        assert.match(out, /NESTED CARD card0 0x1af4 0x1050 virtio-pci/);
    });
    await lab.check('handover stop shuts it down, and the card is back', async () => {
        const {code, out} = await lab.seat('handover stop nested', 150);
        lab.note(out);
        assert.equal(code, 0);
        await lab.until("nested_is 'shut off'", 1);
        assert.equal(await drivers(lab), LINUX);
        await noteJournal(lab, 'return');
    });
    await lab.check('after: Linux has the card again', async () => {
        const card = await status(lab);
        assert.equal(card.owner.kind, 'linux');
        assert.equal(card.driver, 'virtio-pci');
    });
}

/** Notes what the helper's journal says of the last handover, which has to be this one. */
async function noteJournal(lab, direction) {
    await lab.until('is_still', 30);
    const {out} = await lab.root('helper Journal');
    const [last] = JSON.parse(JSON.parse(out).data[0]);
    assert.equal(last?.direction, direction, JSON.stringify(last));
    lab.note(`${last.direction} by ${last.by}, ${last.result}: ${steps(last)}`);
    assert.equal(last.result, 'done');
}

async function trouble(lab) {
    lab.section('Trouble');
    await lab.check('QEMU killed: the card comes back by itself', async () => {
        await atRest(lab);
        await withRule(lab);
        assert.equal((await helper(lab, 'Take', 's', CARD)).kind, 'done');
        const {code, out} = await lab.root('virsh start nested', 120);
        assert.equal(code, 0, out);
        await untilBack(lab, 'kill -9 $(pgrep -x qemu-system-x86)', 90);
        await noteJournal(lab, 'return');
    });
    await lab.check('a card that was left with vfio is brought back by force', async () => {
        await atRest(lab);
        await lab.root(`for device in ${CARD} 0000:01:00.1; do
            echo vfio-pci >/sys/bus/pci/devices/$device/driver_override
            echo $device >/sys/bus/pci/devices/$device/driver/unbind
            echo $device >/sys/bus/pci/drivers_probe
        done`);
        assert.equal(await drivers(lab), VFIO);
        const outcome = await helper(lab, 'ForceBack', 'ss', CARD, 'return');
        if (outcome.kind !== 'done' || outcome.steps.length > 0)
            lab.note(outcome.kind === 'done' ? steps(outcome) : JSON.stringify(outcome));
        assert.equal(outcome.kind, 'done');
        assert.equal(await drivers(lab), LINUX);
        const {out} = await lab.root(`cat /sys/bus/pci/devices/${CARD}/driver_override`);
        assert.match(out, /^(\(null\))?$/m);
    });
    await lab.check('a lent card that has fallen off the bus is found again by force', async () => {
        await atRest(lab);
        await withRule(lab);
        assert.equal((await helper(lab, 'Take', 's', CARD)).kind, 'done');
        await lab.root(
            `for device in ${CARD} 0000:01:00.1; do echo 1 >/sys/bus/pci/devices/$device/remove; done`,
        );
        const outcome = await helper(lab, 'ForceBack', 'ss', CARD, 'rescan');
        lab.note(JSON.stringify(outcome));
        assert.equal(outcome.kind, 'done');
        assert.equal(await drivers(lab), LINUX);
        await lab.until('no_record', 10);
    });
    await lab.check(
        'libvirtd restarted while the machine runs: it lives on, and the card comes back after it',
        async () => {
            await atRest(lab);
            await withRule(lab);
            const {code, out} = await lab.root('virsh start nested', 120);
            assert.equal(code, 0, out);
            await lab.root('systemctl restart libvirtd', 60);
            await lab.until('nested_is running', 30);
            assert.equal(await drivers(lab), VFIO);
            await untilBack(lab, 'virsh -q destroy nested', 90);
        },
    );
    await lab.check('a helper that is killed midway leaves a card that the next one puts right', async () => {
        await atRest(lab);
        const {out} = await lab.root(`helper Take s ${CARD} >/dev/null 2>&1 &
            until grep -q '"step": "unbind"' /run/handover/${CARD}.json 2>/dev/null; do :; done
            systemctl kill -s KILL handover-helper
            echo "killed with: $(drivers)"
            until_ok 20 systemctl is-active handover-helper`);
        lab.note(out);
        await helper(lab, 'GuardStatus');
        await lab.until('no_record', 60);
        assert.equal(await drivers(lab), LINUX);
    });
}

export async function coreChecks(lab) {
    await look(lab);
    await guard(lab);
    await leave(lab);
    await handover(lab);
    await trouble(lab);
}
