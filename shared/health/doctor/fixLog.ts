// SPDX-License-Identifier: GPL-3.0-or-later
import {isPciAddress} from '../../gpu/pciAddress.js';
import {parseJson} from '../../platform/json.js';
import {changeState} from '../../platform/stateChange.js';
import {readState, stateFile} from '../../platform/stateFile.js';
import {type FixAction, opposite} from '../fixAction.js';

/** What was done about findings and has not been undone, so that any face can undo it at any later time. */
export class FixLog {
    /** @param path where it is kept */
    constructor(private readonly path = stateFile('fixes.json')) {}

    /**
     * What was done about a finding, the last first, which is the order to undo it in.
     *
     * @throws StateFileError, DeadlineError
     */
    async done(id: string): Promise<FixAction[]> {
        const fixes = parseFixes((await readState(this.path)) ?? '{}');
        return [...(fixes.get(id) ?? [])].reverse();
    }

    /**
     * Remembers that something was done, or forgets it when it was what undoes the last thing that was.
     *
     * @throws StateFileError, DeadlineError
     */
    async note(id: string, action: FixAction): Promise<void> {
        await changeState(this.path, text => {
            const fixes = parseFixes(text ?? '{}');
            const before = (fixes.get(id) ?? []).filter(one => !isSame(one, action));
            const undone = before.findIndex(one => isSame(opposite(one), action));
            fixes.set(id, undone < 0 ? [...before, action] : before.toSpliced(undone, 1));
            return `${JSON.stringify(Object.fromEntries(fixes))}\n`;
        });
    }
}

function isSame(one: FixAction, other: FixAction): boolean {
    const card = (action: FixAction): string => ('card' in action ? action.card : '');
    return one.kind === other.kind && card(one) === card(other);
}

/** A file that nobody understands remembers nothing; what is not understood in it is left out. */
export function parseFixes(text: string): Map<string, readonly FixAction[]> {
    const parsed = parseJson(text);
    if (typeof parsed !== 'object' || parsed === null) return new Map();
    return new Map(
        Object.entries(parsed).map(([id, actions]) => [
            id,
            Array.isArray(actions) ? actions.flatMap(action => readAction(action) ?? []) : [],
        ]),
    );
}

function readAction(value: unknown): FixAction | null {
    const {kind, card} = (value ?? {}) as Partial<Record<'kind' | 'card', unknown>>;
    switch (kind) {
        case 'install-guard':
        case 'remove-guard':
            return {kind};
        case 'install-rule':
        case 'remove-rule':
        case 'give-back':
        case 'take':
            return typeof card === 'string' && isPciAddress(card) ? {kind, card} : null;
        default:
            return null;
    }
}
