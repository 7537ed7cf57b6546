// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import type {Series} from './series.js';

/** One line of the table: what was measured, in figures that JSON can hold. */
export interface Figure {
    /** What was done, such as `start, 100 machines`. */
    readonly what: string;
    /** What did it, such as `virt-manager`. */
    readonly who: string;
    readonly unit: string;
    readonly median: number;
    readonly min: number;
    readonly max: number;
    readonly runs: readonly number[];
}

/** One limit of docs and design, and whether it holds. */
export interface Verdict {
    readonly what: string;
    /** What the figure is held against, such as `of virt-manager`. */
    readonly against: string;
    readonly unit: string;
    readonly measured: number;
    readonly limit: number;
    readonly met: boolean;
}

/** What was measured, and how it compares with what was promised. */
export class Report {
    readonly figures: Figure[] = [];
    readonly verdicts: Verdict[] = [];
    readonly notes: string[] = [];
    /** How many things could not be measured. */
    failures = 0;

    /** Adds a line to the figures and prints it, so that somebody who waits sees that it goes on. */
    figure(what: string, who: string, unit: string, series: Series): void {
        if (series.count === 0) return;
        const {median, min, max, values: runs} = series;
        const line = {what, who, unit, median, min, max, runs};
        this.figures.push(line);
        printerr(
            `  ${what} · ${who}: ${number(median)} ${unit} (${number(min)}–${number(max)}, ${runs.length} runs)`,
        );
    }

    /** Holds a figure against its limit; what could not be measured (NaN) has missed it. */
    limit(what: string, against: string, unit: string, measured: number, limit: number): void {
        this.verdicts.push({what, against, unit, measured, limit, met: measured <= limit});
    }

    /** Holds the ratio of two medians against its limit. */
    ratio(what: string, against: string, ours: Series, theirs: Series, limit: number): void {
        this.limit(what, `of ${against}`, '×', ours.median / theirs.median, limit);
    }

    /**
     * Does a part of the bench that the rest can do without; what goes wrong becomes a note.
     *
     * @returns whether it went well
     */
    async attempt(task: () => Promise<void>): Promise<boolean> {
        try {
            await task();
            return true;
        } catch (error) {
            printerr(String(error));
            this.failures++;
            this.note(`not measured: ${String(error).split('\n')[0]}`);
            return false;
        }
    }

    note(text: string): void {
        this.notes.push(text);
    }

    /** @returns both tables and the notes as text */
    text(): string {
        const figures = table(
            ['what', 'who', 'median', 'min', 'max', 'unit', 'runs'],
            this.figures.map(({what, who, unit, median, min, max, runs}) => [
                what,
                who,
                number(median),
                number(min),
                number(max),
                unit,
                String(runs.length),
            ]),
        );
        const verdicts = table(
            ['budget', 'measured', 'limit', '', 'held against', 'result'],
            this.verdicts.map(({what, against, unit, measured, limit, met}) => [
                what,
                number(measured),
                number(limit),
                unit,
                against,
                met ? 'met' : 'MISSED',
            ]),
        );
        return [figures, verdicts, this.notes.map(note => `· ${note}`).join('\n')].join('\n\n');
    }

    /** @param path where the same goes as JSON  @param context what the run was: versions, machine, load */
    write(path: string, context: Readonly<Record<string, unknown>>): void {
        const {figures, verdicts, notes} = this;
        GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o777);
        GLib.file_set_contents(path, `${JSON.stringify({...context, figures, verdicts, notes}, null, 2)}\n`);
    }
}

/** @returns three significant digits, without an exponent */
function number(value: number): string {
    if (!Number.isFinite(value)) return '–';
    const digits = value === 0 ? 0 : 2 - Math.floor(Math.log10(Math.abs(value)));
    return value.toFixed(Math.min(4, Math.max(0, digits)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const lines = [head, head.map(() => ''), ...rows];
    const widths = head.map((_title, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
    return lines
        .map((line, index) => {
            if (index === 1) return `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`;
            return `|${widths.map((width, column) => ` ${(line[column] ?? '').padEnd(width)} `).join('|')}|`;
        })
        .join('\n');
}
