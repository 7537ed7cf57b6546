// SPDX-License-Identifier: GPL-3.0-or-later
// What the guest agent tells of its guest. libvirt-dbus 1.4.1 has no virDomainGetGuestInfo, so that it comes from
// `virsh guestinfo`, which prints one “name : value” a line
// (https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainGetGuestInfo lists the names).
import {oneLine} from '../../platform/i18n.js';

/** A file system that is mounted in the guest. */
export interface GuestFilesystem {
    readonly mountPoint: string;
    /** `ext4`, `NTFS`, `virtiofs`, … */
    readonly type: string;
    /** In bytes; null for what has no size, or where the agent is too old to tell. */
    readonly totalBytes: number | null;
    readonly usedBytes: number | null;
}

/** A network card in the guest. */
export interface GuestCard {
    readonly name: string;
    readonly mac: string | null;
    readonly addresses: readonly string[];
}

/** What a guest tells of itself. All of it may be missing, and all of it is what the guest likes to say. */
export interface GuestInfo {
    readonly hostName: string | null;
    /** As the guest calls itself, for example “Debian GNU/Linux 13 (trixie)”. */
    readonly system: string | null;
    /** Null when the agent did not list them. */
    readonly filesystems: readonly GuestFilesystem[] | null;
    readonly cards: readonly GuestCard[] | null;
}

const MOST_ENTRIES = 64;
const LONGEST_TEXT = 64 * 1024;
const LONGEST_VALUE = 200;

/** Reads what `virsh guestinfo` prints, of which only the first so many entries count. */
export function parseGuestInfo(text: string): GuestInfo {
    const values = new Map<string, string>();
    for (const line of text.slice(0, LONGEST_TEXT).split('\n')) {
        const [, key, value] = /^([a-z0-9.-]{1,60}) *: (.*)$/.exec(line) ?? [];
        // A value with a line feed could pretend to be a field; what libvirt printed first stays.
        if (key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
    }
    const textAt = (key: string): string | null => {
        const value = oneLine(values.get(key) ?? '', LONGEST_VALUE);
        return value === '' ? null : value;
    };
    return {
        hostName: textAt('hostname'),
        system: textAt('os.pretty-name') ?? textAt('os.name') ?? textAt('os.id'),
        filesystems: entries(values, 'fs', prefix => ({
            mountPoint: textAt(`${prefix}.mountpoint`) ?? '',
            type: textAt(`${prefix}.fstype`) ?? '',
            totalBytes: bytes(values, `${prefix}.total-bytes`),
            usedBytes: bytes(values, `${prefix}.used-bytes`),
        })),
        cards: entries(values, 'if', prefix => ({
            name: textAt(`${prefix}.name`) ?? '',
            mac: textAt(`${prefix}.hwaddr`)?.toLowerCase() ?? null,
            addresses:
                entries(values, `${prefix}.addr`, at => textAt(`${at}.addr`))?.flatMap(
                    address => address ?? [],
                ) ?? [],
        })),
    };
}

function entries<T>(
    values: ReadonlyMap<string, string>,
    name: string,
    make: (prefix: string) => T,
): readonly T[] | null {
    const count = values.get(`${name}.count`);
    if (count === undefined || !/^[0-9]{1,6}$/.test(count)) return null;
    const length = Math.min(Number(count), MOST_ENTRIES);
    return Array.from({length}, (_, index) => make(`${name}.${index}`));
}

function bytes(values: ReadonlyMap<string, string>, key: string): number | null {
    const value = values.get(key) ?? '';
    return /^[0-9]{1,19}$/.test(value) ? Number(value) : null;
}
