// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine's definition can be given so that guest and host work together. Each edit leaves alone what is
// there, and gives back the same Definition where nothing is to do.
import type {Definition} from '../../definition/definition.js';
import {GUEST_AGENT_CHANNEL, SPICE_AGENT_CHANNEL} from '../../definition/devices/channel.js';
import {DefinitionError} from '../../definition/definitionError.js';
import {withAttribute, withChild, withChildren} from '../../definition/xmlEdit.js';
import {attributeOf, childOf, childrenOf, makeElement} from '../../definition/xmlTree.js';
import {REPORT_CHANNEL} from '../guestChannel/guestReport.js';

/** An edit that a fix can name. */
export type IntegrationEdit =
    | {
          readonly kind:
              'agent-channel' | 'spice-agent' | 'vnc-agent' | 'report-channel' | 'balloon' | 'acpi' | 'clock';
      }
    | {readonly kind: 'shared-folder'; readonly source: string; readonly tag: string};

/** libvirt's and the kernel's limit on the tag of a virtiofs mount, in bytes (virtio specification, 5.11.4). */
const LONGEST_TAG = 36;
const STATISTICS_SECONDS = '5';

/**
 * Makes an edit.
 *
 * @throws DefinitionError when a shared folder is not an absolute path, or its tag is no tag
 */
export function withIntegration(definition: Definition, edit: IntegrationEdit): Definition {
    switch (edit.kind) {
        case 'agent-channel':
            return withPort(definition, 'unix', GUEST_AGENT_CHANNEL);
        case 'report-channel':
            return withPort(definition, 'unix', REPORT_CHANNEL);
        case 'spice-agent':
            return withPort(definition, 'spicevmc', SPICE_AGENT_CHANNEL);
        case 'vnc-agent':
            return withVdagent(definition);
        case 'balloon':
            return withBalloon(definition);
        case 'acpi':
            return withAcpi(definition);
        case 'clock':
            return withCatchUp(definition);
        case 'shared-folder':
            return withSharedFolder(definition, edit.source, edit.tag);
    }
}

/** An edit that changes something; null where the definition has all of it. */
export function editLacking(definition: Definition, edit: IntegrationEdit): IntegrationEdit | null {
    return withIntegration(definition, edit) === definition ? null : edit;
}

function hasPort(definition: Definition, name: string): boolean {
    return definition.channels.some(channel => channel.name === name);
}

/** libvirt adds the virtio-serial controller, and chooses the socket. */
function withPort(definition: Definition, type: string, name: string): Definition {
    if (hasPort(definition, name)) return definition;
    return definition.withDevice(
        makeElement('channel', {type}, [makeElement('target', {type: 'virtio', name})]),
    );
}

/** The same agent as SPICE's, for displays that are not SPICE (libvirt 8.4). */
function withVdagent(definition: Definition): Definition {
    if (hasPort(definition, SPICE_AGENT_CHANNEL)) return definition;
    return definition.withDevice(
        makeElement('channel', {type: 'qemu-vdagent'}, [
            makeElement('source', {}, [
                makeElement('clipboard', {copypaste: 'yes'}),
                makeElement('mouse', {mode: 'client'}),
            ]),
            makeElement('target', {type: 'virtio', name: SPICE_AGENT_CHANNEL}),
        ]),
    );
}

function withBalloon(definition: Definition): Definition {
    const stats = makeElement('stats', {period: STATISTICS_SECONDS});
    const found = childOf(childOf(definition.root, 'devices'), 'memballoon');
    if (found === null) return definition.withDevice(makeElement('memballoon', {model: 'virtio'}, [stats]));
    if (attributeOf(found, 'model') === 'none')
        return definition.withElement(['devices', 'memballoon'], balloon =>
            withChildren(withAttribute(balloon, 'model', 'virtio'), [stats]),
        );
    if (childOf(found, 'stats') !== null) return definition;
    return definition.withElement(['devices', 'memballoon'], balloon => withChild(balloon, stats));
}

function withAcpi(definition: Definition): Definition {
    if (definition.features.enabled.has('acpi')) return definition;
    const whole = definition.withPath(['features'], ['os', 'vcpu', 'memory', 'name', 'uuid']);
    return whole.withPath(['features', 'acpi']);
}

/** A guest whose clock ticks were held up gets them later, instead of losing them. */
function withCatchUp(definition: Definition): Definition {
    const clock = childOf(definition.root, 'clock');
    const timer = childrenOf(clock, 'timer').find(one => attributeOf(one, 'name') === 'rtc');
    if (timer !== undefined) return definition;
    const whole =
        clock === null
            ? definition
                  .withPath(['clock'], ['cpu', 'features', 'os', 'vcpu', 'memory', 'name'])
                  .withAttribute(['clock'], 'offset', 'utc')
            : definition;
    return whole.withElement(['clock'], element =>
        withChild(element, makeElement('timer', {name: 'rtc', tickpolicy: 'catchup'})),
    );
}

function withSharedFolder(definition: Definition, source: string, tag: string): Definition {
    if (!source.startsWith('/') || /[\0\r\n]/.test(source) || source.split('/').includes('..'))
        throw new DefinitionError(`This is no absolute path of a folder: ${source}`);
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(tag) || tag.length > LONGEST_TAG)
        throw new DefinitionError(`This cannot be the tag of a shared folder: ${tag}`);
    const taken = definition.filesystems.find(({target}) => target === tag);
    if (taken) {
        if (taken.source === source) return definition;
        throw new DefinitionError(`The tag ${tag} is another folder's already`);
    }
    return withSharedMemory(definition).withDevice(
        makeElement('filesystem', {type: 'mount', accessmode: 'passthrough'}, [
            makeElement('driver', {type: 'virtiofs'}),
            makeElement('source', {dir: source}),
            makeElement('target', {dir: tag}),
        ]),
    );
}

/** virtiofsd sees the guest's memory, which has to be shared for that. */
function withSharedMemory(definition: Definition): Definition {
    const {source, access, hugePages} = definition.memoryBacking;
    let whole = definition.withPath(['memoryBacking'], ['currentMemory', 'memory', 'name', 'uuid']);
    // What is on huge pages is shared by its access alone.
    if (source !== 'memfd' && source !== 'file' && !hugePages)
        whole = whole
            .withPath(['memoryBacking', 'source'])
            .withAttribute(['memoryBacking', 'source'], 'type', 'memfd');
    if (access !== 'shared')
        whole = whole
            .withPath(['memoryBacking', 'access'])
            .withAttribute(['memoryBacking', 'access'], 'mode', 'shared');
    return whole;
}
