// SPDX-License-Identifier: GPL-3.0-or-later
import {DefinitionError} from './definitionError.js';
import {GUEST_AGENT_CHANNEL, readChannel} from './devices/channel.js';
import type {Channel} from './devices/channel.js';
import {readDisk} from './devices/disk.js';
import type {Disk} from './devices/disk.js';
import {readFilesystem} from './devices/filesystem.js';
import type {Filesystem} from './devices/filesystem.js';
import {readGraphics} from './devices/graphics.js';
import type {Graphics} from './devices/graphics.js';
import {readHostDevice} from './devices/hostDevice.js';
import type {HostDevice} from './devices/hostDevice.js';
import {readNetworkInterface} from './devices/networkInterface.js';
import type {NetworkInterface} from './devices/networkInterface.js';
import {readDeviceSummary} from './devices/otherDevice.js';
import type {DeviceSummary} from './devices/otherDevice.js';
import {readSharedMemory} from './devices/sharedMemory.js';
import type {SharedMemory} from './devices/sharedMemory.js';
import {readTpm} from './devices/tpm.js';
import type {Tpm} from './devices/tpm.js';
import {readVideo} from './devices/video.js';
import type {Video} from './devices/video.js';
import {readMemoryBacking, readMemorySize} from './memory.js';
import type {MemoryBacking, MemorySize} from './memory.js';
import {
    findMetadataElement,
    makeMetadataElement,
    NO_METADATA,
    readMetadataElement,
    withMetadata,
} from './metadata.js';
import type {MachineMetadata, MetadataReading} from './metadata.js';
import {readBoot, readFeatures, readLifecycleActions} from './platformFacts.js';
import type {Boot, Features, LifecycleActions} from './platformFacts.js';
import {readCpu, readCpuPinning, readIoThreads, readVcpuCount} from './processor.js';
import type {Cpu, CpuPinning, VcpuCount} from './processor.js';
import {wholeNumber} from './scalars.js';
import {changeAt, withAttribute, withChild, withChildren, withPath, withText} from './xmlEdit.js';
import type {XmlPath} from './xmlEdit.js';
import {parseXml} from './xmlParser.js';
import {attributeOf, childOf, childrenOf, namespaceOf, serializeDocument, textOf} from './xmlTree.js';
import type {XmlDocument, XmlElement} from './xmlTree.js';

/** Namespace of what goes straight to QEMU, past libvirt. */
const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';

/** What stands before `<title>`, and so on, in the XML that libvirt writes. */
const BEFORE_TITLE = ['name', 'uuid', 'genid'];
const BEFORE_DESCRIPTION = [...BEFORE_TITLE, 'title'];
const BEFORE_METADATA = [...BEFORE_DESCRIPTION, 'description'];

/**
 * The domain XML of a machine. It is never changed in place: each `with…` returns
 * a new Definition, in which everything that was not named is written as before,
 * whether we understand it or not. Facts are read from the XML when asked for.
 */
export class Definition {
    readonly #document: XmlDocument;

    private constructor(document: XmlDocument) {
        this.#document = document;
    }

    /**
     * @param xml a whole domain XML document
     * @throws {DefinitionError} when it is not well formed, or not of a domain
     */
    static parse(xml: string): Definition {
        const document = parseXml(xml);
        if (document.root.name !== 'domain')
            throw new DefinitionError(`This describes <${document.root.name}>, not a machine`);
        return new Definition(document);
    }

    /** The domain XML, byte for byte as it was parsed where nothing was changed. */
    toXml(): string {
        return serializeDocument(this.#document);
    }

    /** The `<domain>` element, for facts that have no property here. */
    get root(): XmlElement {
        return this.#document.root;
    }

    /** What runs it: `kvm`, `qemu`, `test`, `lxc`, `xen`, `vbox`, `vmware`, … */
    get type(): string {
        return attributeOf(this.root, 'type') ?? '';
    }

    /** Number of the running machine, or null when the XML is of one that is off. */
    get id(): number | null {
        return wholeNumber(attributeOf(this.root, 'id'));
    }

    get name(): string {
        return this.#text('name') ?? '';
    }

    /** In lower case with dashes, or null where libvirt has yet to choose one. */
    get uuid(): string | null {
        const digits = this.#text('uuid')?.replace(/[-\s]/g, '').toLowerCase() ?? '';
        const match = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
        return match === null ? null : match.slice(1).join('-');
    }

    get title(): string | null {
        return this.#text('title');
    }

    get description(): string | null {
        return this.#text('description');
    }

    get boot(): Boot {
        return readBoot(this.root);
    }

    get vcpus(): VcpuCount {
        return readVcpuCount(this.root);
    }

    get cpu(): Cpu {
        return readCpu(this.root);
    }

    get cpuPinning(): CpuPinning {
        return readCpuPinning(this.root);
    }

    get ioThreads(): number {
        return readIoThreads(this.root);
    }

    /** In KiB. */
    get memory(): MemorySize {
        return readMemorySize(this.root);
    }

    get memoryBacking(): MemoryBacking {
        return readMemoryBacking(this.root);
    }

    get features(): Features {
        return readFeatures(this.root);
    }

    get lifecycle(): LifecycleActions {
        return readLifecycleActions(this.root);
    }

    get disks(): readonly Disk[] {
        return this.#devices('disk').map(readDisk);
    }

    get interfaces(): readonly NetworkInterface[] {
        return this.#devices('interface').map(readNetworkInterface);
    }

    get graphics(): readonly Graphics[] {
        return this.#devices('graphics').map(readGraphics);
    }

    get videos(): readonly Video[] {
        return this.#devices('video').map(readVideo);
    }

    get hostDevices(): readonly HostDevice[] {
        return this.#devices('hostdev').map(readHostDevice);
    }

    get sharedMemories(): readonly SharedMemory[] {
        return this.#devices('shmem').map(readSharedMemory);
    }

    get tpms(): readonly Tpm[] {
        return this.#devices('tpm').map(readTpm);
    }

    get channels(): readonly Channel[] {
        return this.#devices('channel').map(readChannel);
    }

    get filesystems(): readonly Filesystem[] {
        return this.#devices('filesystem').map(readFilesystem);
    }

    /** Every device in document order, those too that have no property here. */
    get devices(): readonly DeviceSummary[] {
        return childrenOf(childOf(this.root, 'devices'))
            .filter(element => element.name !== 'emulator')
            .map(readDeviceSummary);
    }

    /**
     * PCI addresses on the host (`0000:01:00.0`) of all that the machine takes for itself:
     * passed-through devices, network cards and NVMe disks.
     */
    get pciAddresses(): readonly string[] {
        return [...this.hostDevices, ...this.interfaces, ...this.disks].flatMap(
            device => device.pciAddress ?? [],
        );
    }

    /** The guest agent's channel, or null where the machine has none. */
    get guestAgent(): Channel | null {
        return this.channels.find(channel => channel.name === GUEST_AGENT_CHANNEL) ?? null;
    }

    /** Arguments that go to QEMU past libvirt, in order. */
    get qemuArguments(): readonly string[] {
        const isCommandLine = (element: XmlElement) =>
            element.name.endsWith('commandline') && namespaceOf(element, [this.root]) === QEMU_NAMESPACE;
        const commandLine = childrenOf(this.root).find(isCommandLine) ?? null;
        const isArgument = (element: XmlElement) => /(^|:)arg$/.test(element.name);
        return childrenOf(commandLine)
            .filter(isArgument)
            .flatMap(argument => attributeOf(argument, 'value') ?? []);
    }

    /** What Handover remembers of the machine, with what of it is not good. */
    get metadata(): MetadataReading {
        const around = childOf(this.root, 'metadata');
        const element = findMetadataElement(around, this.root);
        if (around === null || element === null) return {metadata: NO_METADATA, problems: []};
        return readMetadataElement(element, [around, this.root]);
    }

    /** @param title one line, or null to take it away */
    withTitle(title: string | null): Definition {
        if (title !== null && /[\r\n]/.test(title)) throw new DefinitionError('A title has one line only');
        return this.#withText('title', title, BEFORE_TITLE);
    }

    /** @param description any text, or null to take it away */
    withDescription(description: string | null): Definition {
        return this.#withText('description', description, BEFORE_DESCRIPTION);
    }

    /** @throws {DefinitionError} when a value is not valid */
    withMetadata(metadata: MachineMetadata): Definition {
        let root = withPath(this.root, ['metadata'], BEFORE_METADATA);
        root = this.#changed(root, ['metadata'], around => {
            const found = findMetadataElement(around, root);
            const before = found ?? makeMetadataElement();
            const after = withMetadata(before, [around, root], metadata);
            if (found === null) return withChild(around, after);
            return withChildren(
                around,
                around.children.map(node => (node === found ? after : node)),
            );
        });
        return this.#with(root);
    }

    /**
     * Sets the text of an element.
     * @param path from below `<domain>`; the element must exist
     * @throws {DefinitionError} when the path leads nowhere
     */
    withText(path: XmlPath, text: string): Definition {
        return this.withElement(path, element => withText(element, text));
    }

    /**
     * Sets an attribute, or takes it away with null.
     * @param path from below `<domain>`; the element must exist
     * @throws {DefinitionError} when the path leads nowhere
     */
    withAttribute(path: XmlPath, name: string, value: string | null): Definition {
        return this.withElement(path, element => withAttribute(element, name, value));
    }

    /**
     * Changes an element, or takes it out.
     * @param path from below `<domain>`; the element must exist
     * @param change returns the element's successor, or null to remove it
     * @throws {DefinitionError} when the path leads nowhere
     */
    withElement(path: XmlPath, change: (element: XmlElement) => XmlElement | null): Definition {
        return this.#with(this.#changed(this.root, path, change));
    }

    /**
     * Makes sure that an element exists.
     * @param path names from below `<domain>`
     * @param after names of those behind which the first goes, where it has to be made
     */
    withPath(path: readonly string[], after: readonly string[] = []): Definition {
        return this.#with(withPath(this.root, path, after));
    }

    /** Adds a device at the end of `<devices>`. */
    withDevice(device: XmlElement): Definition {
        const root = withPath(this.root, ['devices']);
        return this.#with(this.#changed(root, ['devices'], devices => withChild(devices, device)));
    }

    #text(name: string): string | null {
        return textOf(childOf(this.root, name));
    }

    #devices(name: string): XmlElement[] {
        return childrenOf(childOf(this.root, 'devices'), name);
    }

    #withText(name: string, text: string | null, after: readonly string[]): Definition {
        if (this.#text(name) === text) return this;
        if (text === null) return this.withElement([name], () => null);
        return this.#with(
            this.#changed(withPath(this.root, [name], after), [name], element => withText(element, text)),
        );
    }

    #changed(
        root: XmlElement,
        path: XmlPath,
        change: (element: XmlElement) => XmlElement | null,
    ): XmlElement {
        const changed = changeAt(root, path, change);
        if (changed === null)
            throw new DefinitionError('The machine itself cannot be taken out of its definition');
        return changed;
    }

    #with(root: XmlElement): Definition {
        if (root === this.root) return this;
        const children = this.#document.children.map(node => (node === this.root ? root : node));
        return new Definition({children, root});
    }
}
