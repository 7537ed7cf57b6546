// SPDX-License-Identifier: GPL-3.0-or-later
import {parseJson} from '../../platform/json.js';
import {changeState} from '../../platform/stateChange.js';
import {fitsState, machineFile, readState, stateFile} from '../../platform/stateFile.js';
import {type ChangedPart, readParts} from './changedParts.js';

/** What a machine was given, and can be taken back. */
export interface Addition {
    /** What it was given for. */
    readonly row: string;
    readonly parts: readonly ChangedPart[];
}

/** What this user's programs have given machines, so that it can be taken back at any later time. */
export class AdditionLog {
    /** @param folder where it is kept, a file for each machine */
    constructor(private readonly folder = stateFile('additions')) {}

    /**
     * What a machine was given, the oldest first; nothing where the file is not understood.
     *
     * @param host id of its host
     * @throws StateFileError, DeadlineError
     */
    async of(host: string, uuid: string): Promise<Addition[]> {
        return parseAdditions(await readState(machineFile(this.folder, host, uuid)));
    }

    /**
     * Keeps what a machine was given.
     *
     * @throws StateFileError, DeadlineError
     */
    async add(host: string, uuid: string, addition: Addition): Promise<void> {
        await changeState(machineFile(this.folder, host, uuid), text =>
            additionsText([...parseAdditions(text), addition]),
        );
    }

    /**
     * Forgets a thing that a machine was given: the last one that is like it.
     *
     * @throws StateFileError, DeadlineError
     */
    async drop(host: string, uuid: string, addition: Addition): Promise<void> {
        const given = JSON.stringify(addition);
        await changeState(machineFile(this.folder, host, uuid), text => {
            const all = parseAdditions(text);
            const at = all.findLastIndex(one => JSON.stringify(one) === given);
            return at < 0 ? null : additionsText(all.toSpliced(at, 1));
        });
    }
}

/** As a file keeps them; where that becomes too much, the oldest is forgotten. */
function additionsText(additions: readonly Addition[]): string {
    const texts = additions.map(addition => JSON.stringify(addition));
    let text = `[${texts.join()}]\n`;
    while (texts.length > 1 && !fitsState(text)) {
        texts.shift();
        text = `[${texts.join()}]\n`;
    }
    return text;
}

function parseAdditions(text: string | null): Addition[] {
    const parsed = parseJson(text ?? '[]');
    if (!Array.isArray(parsed)) return [];
    return parsed.flatMap((one: unknown) => {
        const {row, parts} = (one ?? {}) as Partial<Record<keyof Addition, unknown>>;
        const read = readParts(parts);
        return typeof row === 'string' && read !== null ? [{row, parts: read}] : [];
    });
}
